/*
 * memo: how facts about groups are in a record; finds them by the groups' content.
 */
#include "check/kept/memo.h"

#include <assert.h>
#include <string.h>

#include "base/sys.h"

_Static_assert(CHECK_MEMO_ENTRY == 32 + 4 + 4, "a name, the rows, the fact");

vv_status check_group_names_open(check_group_names *n, const uint8_t *first, size_t step,
				 size_t count, vv_error *err)
{
	*n = (check_group_names){.first = first, .step = step, .count = count};
	if (!vv_hash_index_reserve(&n->index, count)) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		/* a name is a digest: as random as a hash can be */
		if (!vv_hash_index_add(&n->index, vv_get_le64(first + step * i), i)) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

void check_group_names_close(check_group_names *n)
{
	vv_hash_index_clear(&n->index);
}

const uint8_t *check_group_names_find(const check_group_names *n, const uint8_t name[32])
{
	vv_hash_probe p = vv_hash_probe_begin(&n->index, vv_get_le64(name));
	size_t place;

	while (vv_hash_probe_next(&p, &place)) {
		const uint8_t *e = n->first + n->step * place;

		if (memcmp(e, name, 32) == 0) return e;
	}
	return NULL;
}

/* A record that is not sound becomes none. */
static vv_status index_groups(check_memo *m, vv_error *err)
{
	const uint8_t *p = (const uint8_t *)m->record.data;
	const size_t count = m->record.len >= 4 ? vv_get_le32(p) : 0;

	if (m->record.len < 4 || count > (m->record.len - 4) / CHECK_MEMO_ENTRY) {
		vv_buf_clear(&m->record);
		return VV_OK;
	}
	m->tail = p + 4 + CHECK_MEMO_ENTRY * count;
	m->tail_len = m->record.len - 4 - CHECK_MEMO_ENTRY * count;
	return check_group_names_open(&m->groups, p + 4, CHECK_MEMO_ENTRY, count, err);
}

vv_status check_memo_open(check_memo *m, vv_check_cache *cache, const char *rule, vv_hash128 id,
			  vv_error *err)
{
	memset(m, 0, sizeof(*m));
	int found = cache ? vv_check_cache_get(cache, rule, id, &m->record, err) : 0;
	if (found < 0) return (vv_status)found;
	return found > 0 ? index_groups(m, err) : VV_OK;
}

vv_status check_memo_read(check_memo *m, const void *record, size_t len, vv_error *err)
{
	vv_status rc;

	memset(m, 0, sizeof(*m));
	vv_buf_put(&m->record, record, len);
	return (rc = vv_buf_ok(&m->record, err)) < 0 ? rc : index_groups(m, err);
}

void check_memo_close(check_memo *m)
{
	check_group_names_close(&m->groups);
	vv_buf_clear(&m->record);
	memset(m, 0, sizeof(*m));
}

uint32_t check_memo_rows(const uint8_t *entry)
{
	return vv_get_le32(entry + 32);
}

uint32_t check_memo_fact(const uint8_t *entry)
{
	return vv_get_le32(entry + 36);
}

const uint8_t *check_memo_find(const check_memo *m, const uint8_t name[32], uint32_t rows)
{
	const uint8_t *e = check_group_names_find(&m->groups, name);

	return e && check_memo_rows(e) == rows ? e : NULL;
}

void check_memo_begin(vv_buf *out, size_t groups)
{
	uint8_t head[4];

	assert(groups <= UINT32_MAX);
	vv_put_le32(head, (uint32_t)groups);
	vv_buf_put(out, head, sizeof(head));
}

void check_memo_put(vv_buf *out, const uint8_t name[32], uint32_t rows, uint32_t fact)
{
	uint8_t e[CHECK_MEMO_ENTRY];

	memcpy(e, name, 32);
	vv_put_le32(e + 32, rows);
	vv_put_le32(e + 36, fact);
	vv_buf_put(out, e, sizeof(e));
}

vv_status check_memo_keep(const vv_buf *out, vv_check_cache *cache, const char *rule, vv_hash128 id,
			  vv_error *err)
{
	if (out->failed) return vv_fail_nomem(err);
	return vv_check_cache_put(cache, rule, id, out->data, out->len, err);
}
