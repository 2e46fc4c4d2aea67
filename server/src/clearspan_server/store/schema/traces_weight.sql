-- How many traces this one stands for, where only some were kept: the weight of its root.
alter table traces
    add column if not exists sample_weight Float64 default 1 after feature
