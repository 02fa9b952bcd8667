/*
 * foreign_keys_memo: knows what of a foreign key's answers still holds.
 *
 * A group's answer holds as long as the other table has lost no key: where its groups are
 * others, the keys of those that are gone are looked for in those that are new. Of a new
 * group's keys those that a group before it had need not be looked for again.
 *
 * The record: 16 bytes hash of how keys are read, 16 bytes hash of the other side's data list,
 * le32 number of groups there, le32 of groups here; 32 bytes digest of each there; of each here
 * 32 bytes digest, le32 rows, le32 keys without target.
 */
#include <string.h>

#include "base/sys.h"
#include "dataset/check/foreign_keys_internal.h"

#define ENTRY 40u
#define HEAD 40u
#define GONE_MAX 4u /* a fourth of the groups gone: everything is asked again */

/* A set of digests that lie somewhere, `step` bytes apart. */
typedef struct digests {
	const uint8_t *first;
	size_t step, mask;
	uint32_t *slots; /* number + 1 */
} digests;

static vv_status index_digests(digests *d, const uint8_t *first, size_t step, size_t count,
			       vv_error *err)
{
	*d = (digests){first, step, 63, NULL};
	while (d->mask < 2 * count) {
		d->mask = 2 * d->mask + 1;
	}
	if (!(d->slots = vv_calloc(d->mask + 1, sizeof(*d->slots)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < count; i++) {
		size_t at = (size_t)vv_get_le64(first + step * i) & d->mask;

		while (d->slots[at] != 0) {
			at = (at + 1) & d->mask;
		}
		d->slots[at] = (uint32_t)i + 1;
	}
	return VV_OK;
}

static const uint8_t *find_digest(const digests *d, const uint8_t *digest)
{
	for (size_t at = (size_t)vv_get_le64(digest) & d->mask; d->slots[at] != 0;
	     at = (at + 1) & d->mask) {
		const uint8_t *e = d->first + d->step * (d->slots[at] - 1);

		if (memcmp(e, digest, 32) == 0) {
			return e;
		}
	}
	return NULL;
}

/* The digests of the other side's groups, appended. */
static vv_status list_there(check_following *x, vv_buf *out, vv_error *err)
{
	vv_table *t = x->there;
	vv_list_reader *list = NULL;
	vv_list_item item;
	vv_cid cid;
	size_t n;
	int more = 0;
	vv_status rc = vv_list_reader_open(&list, VV_LIST_DATA, &t->source, t->root.data.data,
					   t->root.data.len, err);

	while (rc == VV_OK && (more = vv_list_next(list, &item, err)) > 0) {
		if ((rc = vv_cbor_get_array(&item.cbor, &n, err)) == VV_OK &&
		    (rc = vv_cbor_get_link(&item.cbor, &cid, err)) == VV_OK) {
			x->has_long = x->has_long || n == 3;
			vv_buf_put(out, cid.digest, 32);
			rc = vv_buf_ok(out, err);
		}
	}
	vv_list_reader_close(list);
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

/* Gives the whole keys of one group, by its digest; fields and places of one side.
 * VV_EMISSING: its block is not here any more. */
typedef vv_status (*key_fn)(check_following *x, vv_error *err);

static vv_status each_key(check_following *x, vv_table *t, bool there, const uint8_t *digest,
			  key_fn fn, vv_error *err)
{
	vv_cid cid = {.codec = VV_CODEC_RAW};
	vv_cell *cells = NULL;
	vv_group g = {0};
	size_t count = x->f->count;
	vv_status rc;

	memcpy(cid.digest, digest, 32);
	vv_arena_reset(&x->w.arena);
	if ((rc = t->source.get(t->source.payload, &cid, &x->w.block, err)) < 0 ||
	    (rc = vv_group_open(&g, x->w.block.data, x->w.block.len, err)) < 0) {
		return rc;
	}
	cells = vv_arena_alloc(&x->w.arena, (g.rows * count + 1) * sizeof(*cells));
	if (!cells) {
		rc = vv_fail_nomem(err);
	}
	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		size_t place = there ? x->places[i] : x->r->plan.columns[x->f->columns[i]].place;

		rc = vv_group_column(&g, place, cells + i * g.rows, 1, &x->w.arena, err);
	}
	for (size_t row = 0; row < g.rows && rc == VV_OK; row++) {
		bool whole = true;

		vv_buf_reset(&x->key);
		for (size_t i = 0; i < count && whole && rc == VV_OK; i++) {
			const vv_cell *cell = &cells[i * g.rows + row];
			const vv_field *f = there ? check_refs_field_there(x, i)
						  : check_refs_field_here(x, i);

			whole = cell->state != VV_CELL_ABSENT && cell->state != VV_CELL_NULL &&
				!vv_field_missing(f, cell);
			if (whole && !vv_value_put_key(&x->key, &x->scratch, f, cell)) {
				rc = vv_fail_nomem(err);
			}
		}
		if (whole && rc == VV_OK) {
			rc = fn(x, err);
		}
	}
	vv_group_close(&g);
	return rc;
}

static vv_status want_key(check_following *x, vv_error *err)
{
	return check_refs_want(&x->t, &x->key, check_refs_memory(x), err);
}

static vv_status meet_key(check_following *x, vv_error *err)
{
	(void)err;
	check_refs_meet(&x->t, &x->key);
	return VV_OK;
}

/* Keys of groups in `list` that are not in `other`, each to fn. *most: how many groups there
 * may be; past that, or where a block is missing, *ok is false. */
static vv_status each_gone(check_following *x, vv_table *t, bool there, const uint8_t *list,
			   size_t step, size_t count, const digests *other, size_t most, key_fn fn,
			   bool *ok, vv_error *err)
{
	vv_error why;
	size_t read = 0;

	for (size_t i = 0; i < count && *ok; i++) {
		vv_status rc;

		if (find_digest(other, list + step * i)) {
			continue;
		}
		if (++read > most) {
			*ok = false;
			break;
		}
		rc = each_key(x, t, there, list + step * i, fn, &why);
		/* a block of a version before may be gone; one that is damaged is met elsewhere */
		if (rc == VV_EMISSING || rc == VV_ECORRUPT || rc == VV_EIO) {
			*ok = false;
		} else if (rc < 0) {
			if (err) {
				*err = why;
			}
			return rc;
		}
	}
	return VV_OK;
}

/* Groups of the other side, in one version. */
typedef struct side {
	const uint8_t *first;
	size_t count;
	digests index;
} side;

/* Does b have every key of a? *yes: certainly. Only groups that the other does not have are
 * read. */
static vv_status covers(check_following *x, const side *a, const side *b, bool *yes, vv_error *err)
{
	size_t most = a->count / GONE_MAX + 1;
	vv_status rc = check_refs_clear(&x->t, err);

	*yes = true;
	x->t.begin = x->t.end = 0;
	if (rc == VV_OK) {
		rc = each_gone(x, x->there, true, a->first, 32, a->count, &b->index, most, want_key,
			       yes, err);
	}
	if (rc == VV_OK && *yes && x->t.end == 0) {
		rc = each_gone(x, x->there, true, b->first, 32, b->count, &a->index, most, meet_key,
			       yes, err);
	}
	*yes = *yes && x->t.end == 0 && x->t.left == 0;
	return rc;
}

/* Has the other side every key that it had (kept), and no others (same)? */
static vv_status compare_there(check_following *x, const uint8_t *before, size_t count, bool *kept,
			       bool *same, vv_error *err)
{
	vv_buf bytes = VV_BUF_INIT;
	side old = {.first = before, .count = count}, now = {NULL, 0, {0}};
	vv_status rc = list_there(x, &bytes, err);

	now.first = (const uint8_t *)bytes.data;
	now.count = bytes.len / 32;
	if (rc == VV_OK &&
	    (rc = index_digests(&old.index, old.first, 32, old.count, err)) == VV_OK &&
	    (rc = index_digests(&now.index, now.first, 32, now.count, err)) == VV_OK &&
	    (rc = covers(x, &old, &now, kept, err)) == VV_OK && *kept && !x->has_long) {
		rc = covers(x, &now, &old, same, err);
	}
	vv_free(old.index.slots);
	vv_free(now.index.slots);
	vv_buf_clear(&bytes);
	return rc;
}

/* Takes over what the record says of groups, as far as it still holds. */
static vv_status take_record(check_following *x, const uint8_t *here, size_t count, bool same,
			     vv_error *err)
{
	check_run *r = x->r;
	digests d = {0};
	vv_status rc = index_digests(&d, here, ENTRY, count, err);

	for (size_t i = 0; i < r->group_count && rc == VV_OK; i++) {
		const check_group_info *g = &r->groups[i];
		const uint8_t *e = g->item ? NULL : find_digest(&d, g->cid.digest);

		if (!e || vv_get_le32(e + 32) != g->rows) {
			continue;
		}
		/* a key without target may have one now */
		if (!same && vv_get_le32(e + 36) > 0) {
			continue;
		}
		x->known[i] = 1;
		x->bad[i] = vv_get_le32(e + 36);
	}
	vv_free(d.slots);
	return rc;
}

vv_status check_refs_load(check_following *x, vv_error *err)
{
	check_run *r = x->r;
	const uint8_t *p;
	uint64_t there, here;
	bool same, holds;
	vv_status rc = VV_OK;
	int found = r->o->cache ? vv_check_cache_get(r->o->cache, "refs", x->f->id, &x->record, err)
				: 0;

	p = (const uint8_t *)x->record.data;
	if (found <= 0 || x->record.len < HEAD || vv_get_le64(p) != x->how.lo ||
	    vv_get_le64(p + 8) != x->how.hi) {
		return found < 0 ? (vv_status)found : VV_OK;
	}
	there = vv_get_le32(p + 32);
	here = vv_get_le32(p + 36);
	if (32 * there + ENTRY * here != x->record.len - HEAD) {
		return VV_OK;
	}
	same = vv_get_le64(p + 16) == x->other.lo && vv_get_le64(p + 24) == x->other.hi;
	holds = same;
	if (!holds) {
		rc = compare_there(x, p + HEAD, (size_t)there, &holds, &same, err);
	}
	if (rc < 0 || !holds) {
		return rc;
	}
	x->gone = p + HEAD + 32 * there;
	x->gone_count = (size_t)here;
	return take_record(x, x->gone, x->gone_count, same, err);
}

vv_status check_refs_save(check_following *x, vv_error *err)
{
	check_run *r = x->r;
	vv_buf b = VV_BUF_INIT, there = VV_BUF_INIT;
	uint8_t bytes[HEAD];
	vv_status rc;

	if (!r->o->cache) {
		return VV_OK;
	}
	for (size_t i = 0; i < r->group_count; i++) {
		x->has_long = x->has_long || r->groups[i].item;
	}
	/* the keys of such groups cannot be read from the blocks alone, later */
	if ((rc = list_there(x, &there, err)) < 0 || x->has_long) {
		goto done;
	}
	vv_put_le64(bytes, x->how.lo);
	vv_put_le64(bytes + 8, x->how.hi);
	vv_put_le64(bytes + 16, x->other.lo);
	vv_put_le64(bytes + 24, x->other.hi);
	vv_put_le32(bytes + 32, (uint32_t)(there.len / 32));
	vv_put_le32(bytes + 36, (uint32_t)r->group_count);
	vv_buf_put(&b, bytes, HEAD);
	vv_buf_put(&b, there.data, there.len);
	for (size_t i = 0; i < r->group_count; i++) {
		vv_buf_put(&b, r->groups[i].cid.digest, 32);
		vv_put_le32(bytes, r->groups[i].rows);
		vv_put_le32(bytes + 4, x->bad[i]);
		vv_buf_put(&b, bytes, 8);
	}
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		rc = vv_check_cache_put(r->o->cache, "refs", x->f->id, b.data, b.len, err);
	}
done:
	vv_buf_clear(&b);
	vv_buf_clear(&there);
	return rc;
}

vv_status check_refs_meet_gone(check_following *x, vv_error *err)
{
	check_run *r = x->r;
	vv_buf now = VV_BUF_INIT;
	digests d = {0};
	bool ok = true;
	vv_status rc;

	for (size_t i = 0; i < r->group_count; i++) {
		vv_buf_put(&now, r->groups[i].cid.digest, 32);
	}
	if ((rc = vv_buf_ok(&now, err)) == VV_OK &&
	    (rc = index_digests(&d, (const uint8_t *)now.data, 32, r->group_count, err)) == VV_OK) {
		for (size_t i = 0; i < x->gone_count && ok && rc == VV_OK && x->t.left > 0; i++) {
			const uint8_t *e = x->gone + ENTRY * i;

			if (vv_get_le32(e + 36) == 0) {
				rc = each_gone(x, r->table, false, e, ENTRY, 1, &d, 1, meet_key,
					       &ok, err);
			}
		}
	}
	vv_free(d.slots);
	vv_buf_clear(&now);
	return rc;
}
