/*
 * store_fsck: every record of every pack, read where it stands.
 */
#include <string.h>

#include "base/hash.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/store_internal.h"

typedef struct checking {
	vv_store *store;
	vv_pack_list *packs;
	vv_pack *pack;
	vv_pack_index *index; /* the file's; NULL when there is none or it is bad */
	bool deep;
	vv_store_fsck_fn fn;
	void *payload;
	const vv_progress *progress;
	uint64_t done, total; /* bytes */
	vv_buf raw;
} checking;

static vv_status tell(checking *c, const char *file, uint64_t offset, const vv_cid *cid,
		      vv_status state, const char *what, vv_error *err)
{
	static const vv_cid nothing = {0, {0}};

	return c->fn(c->payload, file, offset, cid ? cid : &nothing, state, what, err);
}

/* ---- the pack and its index as a whole ---- */

static vv_status check_pack(checking *c, vv_error *err)
{
	vv_pack_scan scan = {NULL, NULL, NULL};
	vv_pack *p = c->pack;
	bool sound = false;
	vv_error what;
	vv_status rc = VV_OK;

	if (!vv_pack_is_damaged(p)) {
		rc = vv_pack_scan_all(p, &scan, &sound, &what);
	}
	if (rc == VV_EIO) {
		return tell(c, p->name, 0, NULL, rc, what.message, err);
	}
	if (rc < 0) {
		if (err) {
			*err = what;
		}
		return rc;
	}
	if (vv_pack_is_damaged(p)) {
		rc = tell(c, p->name, atomic_load(&p->damage_at), NULL, VV_ECORRUPT,
			  atomic_load(&p->damage), err);
	}
	return rc;
}

/* A missing index is no damage: it is made when it is needed. */
static vv_status check_index(checking *c, vv_error *err)
{
	char name[VV_PACK_NAME_MAX];
	vv_pack *p = c->pack;
	vv_error what;
	vv_status rc;

	vv_pack_name_write(name, &p->id, "index");
	rc = vv_pack_index_open(&c->index, p->index_path, p->id.hash, true, &what);
	if (rc == VV_ECORRUPT) {
		return tell(c, name, 0, NULL, VV_ECORRUPT, what.message, err);
	}
	if (rc == VV_OK && p->count > 0 && vv_pack_index_count(c->index) != p->count) {
		return tell(c, name, 0, NULL, VV_ECORRUPT, "it has not as many entries as its pack",
			    err);
	}
	if (rc < 0 && rc != VV_ENOTFOUND) {
		if (err) {
			*err = what;
		}
		return rc;
	}
	return VV_OK;
}

/* Does the index lead to the record at offset? */
static vv_status check_entry(checking *c, const vv_record *r, uint64_t offset, vv_error *err)
{
	char name[VV_PACK_NAME_MAX];
	uint64_t first, count, found, i;
	vv_status rc;

	if (!c->index) {
		return VV_OK;
	}
	if ((rc = vv_pack_index_find(c->index, vv_cid_prefix(&r->cid), &first, &count, err)) < 0) {
		return rc;
	}
	for (i = 0; i < count; i++) {
		if ((rc = vv_pack_index_offset(c->index, first + i, &found, err)) < 0) {
			return rc;
		}
		if (found == offset) {
			return VV_OK;
		}
	}
	vv_pack_name_write(name, &c->pack->id, "index");
	return tell(c, name, offset, &r->cid, VV_ECORRUPT,
		    "it does not lead to the record at this offset", err);
}

/* ---- records ---- */

static vv_status check_meaning(const checking *c, const vv_cid *cid, vv_error *what)
{
	vv_cid real;
	vv_status rc = vv_cid_of(&real, cid->codec, c->raw.data, c->raw.len, what);

	if (rc == VV_OK && !vv_cid_equal(&real, cid)) {
		rc = vv_fail(what, VV_ECORRUPT, "the block's SHA-256 is not that of its name");
	}
	if (rc == VV_OK && cid->codec == VV_CODEC_DAG_CBOR) {
		rc = vv_cbor_check(c->raw.data, c->raw.len, what);
	}
	return rc;
}

static vv_status check_record(checking *c, uint64_t offset, uint64_t *len, vv_error *err)
{
	vv_source src = {c->store, c->packs, NULL, false};
	vv_place place = {c->pack, offset};
	uint8_t peek[VV_RECORD_PEEK];
	size_t have;
	vv_error what;
	vv_record r;
	vv_status rc;

	*len = 0;
	rc = vv_pack_record(c->pack, offset, &r, peek, &have, &what);
	if (rc == VV_ECORRUPT || rc == VV_EIO) {
		return tell(c, c->pack->name, offset, NULL, rc, what.message, err);
	}
	if (rc == VV_OK) {
		*len = vv_record_len(&r);
		rc = vv_source_get_at(&src, &place, &c->raw, &r, &what);
		if (rc == VV_OK && c->deep) {
			rc = check_meaning(c, &r.cid, &what);
		}
	}
	if (rc < 0 && rc != VV_ECORRUPT && rc != VV_EIO) {
		if (err) {
			*err = what;
		}
		return rc;
	}
	rc = tell(c, c->pack->name, offset, &r.cid, rc, rc < 0 ? what.message : "", err);
	return rc < 0 ? rc : check_entry(c, &r, offset, err);
}

/* The first record behind offset that the index knows; the end when none. */
static vv_status next_known(const checking *c, uint64_t offset, uint64_t *out, vv_error *err)
{
	const vv_pack_index *index = atomic_load(&c->pack->index);
	uint64_t count = vv_pack_index_count(index), i, found;
	vv_status rc;

	*out = c->pack->records_end;
	for (i = 0; i < count; i++) {
		if ((rc = vv_pack_index_offset(index, i, &found, err)) < 0) {
			return rc;
		}
		if (found > offset && found < *out) {
			*out = found;
		}
	}
	return VV_OK;
}

static vv_status check_records(checking *c, vv_error *err)
{
	uint64_t offset = VV_PACK_HEADER_LEN, len;
	vv_status rc = VV_OK;

	while (rc == VV_OK && offset < c->pack->records_end) {
		rc = check_record(c, offset, &len, err);
		if (rc == VV_OK && len == 0) {
			rc = next_known(c, offset, &offset, err);
		} else {
			offset += len;
		}
		vv_progress_update(c->progress, "checking blocks", c->done + offset, c->total);
	}
	return rc;
}

vv_status vv_store_fsck(vv_store *s, bool deep, vv_store_fsck_fn fn, void *payload,
			const vv_progress *progress, vv_error *err)
{
	checking c;
	vv_status rc;
	size_t i;

	memset(&c, 0, sizeof c);
	c.store = s;
	c.deep = deep;
	c.fn = fn;
	c.payload = payload;
	c.progress = progress;
	if ((rc = vv_packs_renew(s, NULL, true, &c.packs, err)) < 0) {
		return rc;
	}
	for (i = 0; i < c.packs->own; i++) {
		c.total += c.packs->packs[i]->stat.size;
	}
	for (i = 0; rc == VV_OK && i < c.packs->own; i++) {
		c.pack = c.packs->packs[i];
		if ((rc = check_pack(&c, err)) == VV_OK && (rc = check_index(&c, err)) == VV_OK) {
			rc = check_records(&c, err);
		}
		vv_pack_index_close(c.index);
		c.index = NULL;
		c.done += c.pack->stat.size;
	}
	vv_buf_clear(&c.raw);
	vv_packs_unref(c.packs);
	return rc;
}
