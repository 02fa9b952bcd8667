-- What became dearer or cheaper between two versions: dbt run --vars 'before: v1'
select n.id, n.item, o.price as was, n.price as is_now
from {{ source('shop', 'prices') }} n
join {{ source('shop', 'prices_before') }} o using (id)
where n.price is distinct from o.price
