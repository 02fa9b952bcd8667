/*
 * join: combines small packs of a store into a further pack: chooses the packs, and the time.
 *
 * Each push makes a pack, so after a thousand pushes a version would need hundreds of packs, and a clone would request
 * thousands of files. So when a push finds JOIN_LEAST packs of similar size (their lengths differ by less than JOIN_STEP
 * times), their records are copied unchanged into one pack, whose list names them as its parts: a reader of it does not
 * need these. The new pack is larger, so that it is joined itself later, with others of its size, and a byte is rewritten
 * once for each size. Joined packs stay, since versions and readers name them, until a gc lets versions name the new pack.
 * Two writers that join the same packs write the same bytes.
 *
 * Packs that a version needs and older ones (older.h) are joined separately: so a version does not need more than before.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/sys.h"
#include "repo/blocks/pack.h"
#include "repo/blocks/record.h"
#include "transport/places/packs/files.h"

#define JOIN_LEAST 16u
#define JOIN_STEP 16u
#define JOIN_FIRST (UINT64_C(2) << 10) /* below that is the smallest size */
/* Limit of the joined pack: a push never uploads more again. */
#define JOIN_BYTES (UINT64_C(8) << 20)
#define JOIN_SIZES 3u /* sixteen of the next would be more than that */

typedef struct part {
	vv_cid key;  /* first: vv_pack_names_compare */
	size_t pack; /* of the catalog */
	uint64_t len;
	vv_buf bytes; /* empty: missing, or its hash is not its name */
} part;

typedef struct joining {
	vv_host *h;
	unsigned mark; /* of those that come into question */
	part *parts;   /* ascending by hash */
	size_t count;
} joining;

static unsigned size_of(uint64_t len)
{
	unsigned n = 0;

	for (uint64_t most = JOIN_FIRST; len >= most; most *= JOIN_STEP) {
		n++;
	}
	return n;
}

/* Those of a size that are marked and in no joined pack. */
static void choose_packs(joining *j, unsigned size)
{
	const vv_host *h = j->h;
	uint64_t bytes = 0;

	j->count = 0;
	for (size_t i = 0; i < vv_catalog_packs(h->catalog); i++) {
		const vv_host_pack *p = vv_catalog_pack(h->catalog, i);
		if (!(p->marks & j->mark) || p->bad || size_of(p->len) != size ||
		    vv_cid_set_has(&h->joined, &p->key) || bytes + p->len > JOIN_BYTES ||
		    j->count == VV_HOST_LIST_PARTS) {
			continue;
		}
		j->parts[j->count++] = (part){p->key, i, p->len, VV_BUF_INIT};
		bytes += p->len;
	}
	if (j->count > 1) {
		qsort(j->parts, j->count, sizeof(*j->parts), vv_pack_names_compare);
	}
}

/* A list names a block once: a part that has one of those before it, too, is left out. */
static vv_status leave_repeated(joining *j, vv_error *err)
{
	vv_auto(vv_cid_set) *blocks = vv_cid_set_new();
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	size_t kept = 0;
	vv_host_list list;
	vv_status rc = blocks ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < j->count; i++) {
		bool repeated = false;
		rc = vv_host_list_again(j->h, vv_catalog_pack(j->h->catalog, j->parts[i].pack),
					&bytes, &list, err);
		for (size_t k = 0; rc == VV_OK && !repeated && k < list.count; k++) {
			const vv_host_block b = vv_host_list_block(&list, k);
			repeated = vv_cid_set_has(blocks, &b.cid);
		}
		for (size_t k = 0; rc == VV_OK && !repeated && k < list.count; k++) {
			const vv_host_block b = vv_host_list_block(&list, k);
			rc = vv_cid_set_note(blocks, &b.cid, err);
		}
		if (!repeated) {
			j->parts[kept++] = j->parts[i];
		}
	}
	j->count = kept;
	return rc;
}

static vv_status get_part(void *payload, size_t i, vv_error *err)
{
	joining *j = payload;
	part *p = &j->parts[i];
	const vv_host_pack *of = vv_catalog_pack(j->h->catalog, p->pack);
	const vv_status rc = vv_files_get_part(j->h, of, 0, of->len, &p->bytes, err);

	if (rc == VV_ENOTFOUND || (rc == VV_OK && !vv_host_is_named_rightly(&p->key, &p->bytes))) {
		vv_buf_reset(&p->bytes);
	}
	return vv_missing_ok(rc, err);
}

/* The content of the joined pack. */
typedef struct joined {
	vv_buf pack;
	vv_cids names; /* of the parts, and of theirs */
	size_t count;
	uint64_t records;
} joined;

static void joined_clear(joined *x)
{
	vv_buf_clear(&x->pack);
	vv_cids_clear(&x->names);
}
VV_AUTO_CLEAR(joined, joined_clear)

/* Appends the records of a part: distances within a part do not change. */
static vv_status add_part(joined *x, vv_host *h, const part *p, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	vv_status rc = vv_host_list_again(h, vv_catalog_pack(h->catalog, p->pack), &bytes, &list,
					  err);

	if (rc < 0 || p->bytes.len != p->len ||
	    x->names.count + list.part_count >= VV_HOST_LIST_PARTS) {
		return rc;
	}
	rc = vv_cids_add(&x->names, &p->key, err);
	for (size_t i = 0; rc == VV_OK && i < list.part_count; i++) {
		const vv_cid key = vv_pack_key(list.parts + i * VV_PACK_HASH_LEN);
		rc = vv_cids_add(&x->names, &key, err);
	}
	vv_buf_put(&x->pack, p->bytes.data + VV_PACK_HEADER_LEN,
		   p->bytes.len - VV_PACK_HEADER_LEN - VV_PACK_TRAILER_LEN);
	x->records += list.count;
	x->count++;
	return rc;
}

static vv_status add_end(joined *x, vv_error *err)
{
	uint8_t end[VV_PACK_TRAILER_LEN] = VV_PACK_END;
	const size_t before = sizeof(end) - VV_PACK_HASH_LEN;

	vv_put_le64(end + 8, x->records);
	vv_put_le64(end + 16, x->pack.len + sizeof(end));
	vv_buf_put(&x->pack, end, before);
	const vv_status rc = vv_buf_ok(&x->pack, err);
	if (rc < 0) return rc;
	vv_hash128_write(end + before, vv_xxh3_128(x->pack.data, x->pack.len, 0));
	vv_buf_put(&x->pack, end + before, VV_PACK_HASH_LEN);
	return vv_buf_ok(&x->pack, err);
}

/* A part may be named twice: by two joined ones that others made of it at once. */
static void sort_names(vv_cids *names)
{
	size_t kept = 0;

	qsort(names->items, names->count, sizeof(*names->items), vv_pack_names_compare);
	for (size_t i = 0; i < names->count; i++) {
		if (kept == 0 || !vv_cid_equal(&names->items[kept - 1], &names->items[i])) {
			names->items[kept++] = names->items[i];
		}
	}
	names->count = kept;
}

/* From now on versions name it in the place of its parts. */
static vv_status prefer_last(vv_host *h, const vv_buf *list, vv_error *err)
{
	vv_host_list l;
	const vv_status rc = vv_host_list_read(&l, list->data, list->len, err);

	return rc < 0 ? rc
		      : vv_catalog_prefer(h->catalog, vv_catalog_packs(h->catalog) - 1, &l, err);
}

static vv_status write_joined(joining *j, uint64_t *bytes, vv_error *err)
{
	vv_auto(joined) x = {.pack = VV_BUF_INIT};
	vv_auto(vv_buf) list = VV_BUF_INIT;
	vv_status rc = VV_OK;

	vv_buf_put(&x.pack, VV_PACK_HEADER, VV_PACK_HEADER_LEN);
	for (size_t i = 0; rc == VV_OK && i < j->count; i++) {
		rc = add_part(&x, j->h, &j->parts[i], err);
	}
	if (rc < 0 || x.count < JOIN_LEAST || (rc = add_end(&x, err)) < 0) return rc;
	sort_names(&x.names);
	const uint8_t *hash = (const uint8_t *)x.pack.data + x.pack.len - VV_PACK_HASH_LEN;
	const vv_cid key = vv_pack_key(hash);
	if ((rc = vv_host_list_of(&list, hash, x.pack.data, x.pack.len, err)) < 0 ||
	    (rc = vv_host_list_add_parts(&list, &x.names, err)) < 0) {
		return rc;
	}
	const vv_host_commit c = {.pack = &x.pack, .list = &list, .key = &key};
	const size_t before = vv_catalog_packs(j->h->catalog);
	*bytes += x.pack.len + list.len;
	rc = vv_files_put(j->h, &c, err);
	return rc < 0 || j->mark == VV_MARK_JOINS || vv_catalog_packs(j->h->catalog) == before
		       ? rc
		       : prefer_last(j->h, &list, err);
}

static vv_status join_parts(joining *j, uint64_t *bytes, vv_error *err)
{
	vv_status rc = vv_files_each(j->h, j->count, get_part, j, "packs", err);
	rc = rc < 0 ? rc : write_joined(j, bytes, err);
	vv_array_each(j->parts, j->count, it) {
		vv_buf_clear(&it->bytes);
	}
	return rc;
}

static vv_status join_marked(joining *j, uint64_t *bytes, vv_error *err)
{
	vv_auto_free part *parts = vv_calloc(vv_catalog_packs(j->h->catalog) + 1, sizeof(part));
	vv_status rc = (j->parts = parts) ? VV_OK : vv_fail_nomem(err);

	for (unsigned size = 0; rc == VV_OK && size < JOIN_SIZES; size++) {
		choose_packs(j, size);
		if (j->count >= JOIN_LEAST) {
			rc = leave_repeated(j, err);
		}
		if (rc == VV_OK && j->count >= JOIN_LEAST) {
			rc = join_parts(j, bytes, err);
		}
	}
	return rc;
}

/* Are older ones of some size sufficient, judged without their lists? */
static bool is_due(const vv_host *h)
{
	size_t counts[JOIN_SIZES] = {0};
	uint64_t len;
	bool due = false;

	for (vv_host_pack *p = NULL; vv_catalog_next(h->catalog, &p);) {
		if (!(p->marks & VV_MARK_NEEDED) && !p->bad && size_of(p->len) < JOIN_SIZES &&
		    !vv_cid_set_has(&h->joined, &p->key)) {
			counts[size_of(p->len)]++;
		}
	}
	for (size_t i = 0; i < vv_cid_map_count(&h->older); i++) {
		if (vv_older_is_unread(h, i, &len) && size_of(len) < JOIN_SIZES) {
			counts[size_of(len)]++;
		}
	}
	for (unsigned size = 0; size < JOIN_SIZES; size++) {
		due = due || counts[size] >= JOIN_LEAST;
	}
	return due;
}

/* A pack with a base that no list has is garbage, and so are packs that depend on it: neither is joined. */
static void leave_lost(vv_catalog *c)
{
	bool more = true;
	size_t at;

	while (more) {
		more = false;
		for (vv_host_pack *p = NULL; vv_catalog_next(c, &p);) {
			bool lost = false;
			for (size_t k = 0; (p->marks & VV_MARK_JOINS) && !lost && k < p->base_count;
			     k++) {
				lost = !vv_catalog_find(c, &p->bases[k], &at, NULL) ||
				       !vv_catalog_has(c, at, VV_MARK_JOINS);
			}
			more = more || lost;
			p->marks &= lost ? ~(unsigned)VV_MARK_JOINS : ~0u;
		}
	}
}

static vv_status join_older(vv_host *h, uint64_t *bytes, vv_error *err)
{
	joining j = {.h = h, .mark = VV_MARK_JOINS};
	vv_status rc;

	if (!is_due(h)) return VV_OK;
	if ((rc = vv_files_take_older(h, err)) < 0) return rc;
	for (size_t i = 0; i < vv_catalog_packs(h->catalog); i++) {
		vv_catalog_pack(h->catalog, i)->marks |= VV_MARK_JOINS;
	}
	leave_lost(h->catalog);
	for (vv_host_pack *p = NULL; vv_catalog_next(h->catalog, &p);) {
		p->marks &= p->marks & VV_MARK_NEEDED ? ~(unsigned)VV_MARK_JOINS : ~0u;
	}
	return join_marked(&j, bytes, err);
}

/* The bases of a version's needed blocks are in its packs, too. While a gc has condemned objects, a
 * pack without random bytes might have the name of one to be removed. */
vv_status vv_files_join(vv_host *h, uint64_t *bytes, vv_error *err)
{
	joining j = {.h = h, .mark = VV_MARK_NEEDED};
	vv_status rc;

	if (vv_condemned_any(&h->condemned)) return VV_OK;
	rc = join_marked(&j, bytes, err);
	return rc < 0 ? rc : join_older(h, bytes, err);
}
