/*
 * pieces: combines requests, and stores a pack with holes.
 */
#include "transport/places/packs/pieces.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/locks/own_file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/thread.h"
#include "repo/blocks/pack.h"
#include "repo/blocks/record.h"
#include "repo/blocks/store.h"
#include "transport/places/packs/files.h"

#define GAP_BYTES ((uint64_t)64 << 10) /* between two ranges: a request costs more */
#define PART_BYTES                                                                                 \
	((uint64_t)1 << 20) /* of one request: several share a large pack, and a cut loses them */
#define SMALL_BYTES ((uint64_t)128 << 10) /* such a pack comes whole, with a hash of its own */

/* A record. */
typedef struct piece {
	size_t pack;
	uint64_t from, to;
	uint64_t prefix; /* of its digest, for the index */
} piece;

/* The list of a pack, and where its records begin, ascending; bytes empty: not read yet. */
typedef struct opened {
	vv_buf bytes;
	vv_host_list list;
	uint64_t *starts;
} opened;

/* One request. */
typedef struct part {
	size_t pack;
	uint64_t from, len;
} part;

typedef struct gathering {
	vv_host *h;
	const vv_host_taking *t;
	opened *lists; /* for each pack of the catalog */
	bool *whole;   /* likewise: to be had whole */
	bool *failed;  /* likewise: a request failed */
	piece *pieces;
	size_t count, cap;
	vv_cids todo;
	part *parts;
	size_t part_count, part_cap;
	bool reopen;    /* the store has another index of a pack than the folder */
	vv_mutex *lock; /* while parts come: for files, failed and the host's sums */
} gathering;

/* --- which records --------------------------------------------------------------------------- */

static vv_status open_list(gathering *g, size_t pack, vv_error *err)
{
	opened *o = &g->lists[pack];

	if (o->starts) return VV_OK;
	vv_status rc = vv_host_list_again(g->h, vv_catalog_pack(g->h->catalog, pack), &o->bytes,
					  &o->list, err);
	if (rc < 0) return rc;
	o->starts = vv_calloc(o->list.count, sizeof(*o->starts));
	if (!o->starts) return vv_fail_nomem(err);
	for (size_t i = 0; i < o->list.count; i++) {
		const vv_host_block b = vv_host_list_block(&o->list, i);
		o->starts[i] = b.offset;
	}
	qsort(o->starts, o->list.count, sizeof(*o->starts), vv_u64_order);
	return VV_OK;
}

static uint64_t end_of(const gathering *g, size_t pack, uint64_t start)
{
	const opened *o = &g->lists[pack];
	const uint64_t *at = bsearch(&start, o->starts, o->list.count, sizeof(*o->starts),
				     vv_u64_order);
	const uint64_t *last = o->starts + o->list.count - 1;

	while (at && at < last && at[1] == start) { /* only an invalid list has two there */
		at++;
	}
	return at && at < last ? at[1]
			       : vv_catalog_pack(g->h->catalog, pack)->len - VV_PACK_TRAILER_LEN;
}

/* Was the record not requested before? */
static vv_status is_new(gathering *g, size_t pack, uint64_t offset, bool *out, vv_error *err)
{
	vv_cid key = {.codec = VV_CODEC_RAW};

	/* The offset comes first: what begins alike is kept in one place of the set. */
	vv_put_le64(key.digest, offset);
	memcpy(key.digest + 8, vv_catalog_pack(g->h->catalog, pack)->key.digest, VV_PACK_HASH_LEN);
	key.digest[8 + VV_PACK_HASH_LEN] = g->t->proof;
	return vv_cid_set_add(&g->h->pieces, &key, out, err);
}

static bool is_whole(const gathering *g, size_t pack)
{
	const vv_host_pack *p = vv_catalog_pack(g->h->catalog, pack);

	return g->whole[pack] || (g->t->proof ? p->shown : p->here);
}

/* Adds the i-th block of a pack, and its bases in the pack. A base in another pack is left to do. */
static vv_status want_record(gathering *g, size_t pack, size_t i, vv_error *err)
{
	bool fresh;
	vv_status rc = VV_OK;

	for (size_t next = i; rc == VV_OK && next != VV_HOST_LIST_NONE; i = next) {
		const vv_host_list *l = &g->lists[pack].list;
		if (next >= l->count) {
			const vv_cid base = vv_host_list_base(l, next - l->count);
			return g->t->have && vv_store_has(g->t->have, &base)
				       ? VV_OK
				       : vv_cids_add(&g->todo, &base, err);
		}
		const vv_host_block b = vv_host_list_block(l, next);
		if ((rc = is_new(g, pack, b.offset, &fresh, err)) < 0 || !fresh) return rc;
		next = vv_host_list_base_of(l, next);
		if (is_whole(g, pack)) {
			continue;
		}
		if (!vv_array_add(g->pieces, g->count, g->cap,
				  (piece){.pack = pack,
					  .from = b.offset,
					  .to = end_of(g, pack, b.offset),
					  .prefix = vv_cid_prefix(&b.cid)})) {
			return vv_fail_nomem(err);
		}
	}
	return rc;
}

/* Adds a whole pack, with the bases of its differences. */
static vv_status want_pack(gathering *g, size_t pack, vv_error *err)
{
	const vv_host_pack *p = vv_catalog_pack(g->h->catalog, pack);
	bool fresh;
	vv_status rc = is_new(g, pack, UINT64_MAX, &fresh, err);

	if (rc < 0 || !fresh) return rc;
	g->whole[pack] = g->whole[pack] || !is_whole(g, pack);
	for (size_t i = 0; rc == VV_OK && i < p->base_count; i++) {
		if (!g->t->have || !vv_store_has(g->t->have, &p->bases[i])) {
			rc = vv_cids_add(&g->todo, &p->bases[i], err);
		}
	}
	return rc;
}

static vv_status want_block(gathering *g, const vv_cid *cid, vv_error *err)
{
	size_t pack, i;
	vv_status rc;

	if (!vv_catalog_find(g->h->catalog, cid, &pack, NULL)) return VV_OK;
	if (!vv_host_is_place(g->h)) return want_pack(g, pack, err);
	if ((rc = open_list(g, pack, err)) < 0) return rc;
	return vv_host_list_find(&g->lists[pack].list, cid, &i) ? want_record(g, pack, i, err)
								: VV_OK;
}

/* --- which requests -------------------------------------------------------------------------- */

static int compare_pieces(const void *a, const void *b)
{
	const piece *x = a, *y = b;

	if (x->pack != y->pack) return x->pack < y->pack ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

static vv_status add_parts(gathering *g, size_t pack, uint64_t from, uint64_t to, vv_error *err)
{
	const uint64_t most = vv_host_is_place(g->h) ? PART_BYTES : UINT64_MAX;

	for (uint64_t len; from < to; from += len) {
		len = to - from < most ? to - from : most;
		if (!vv_array_add(g->parts, g->part_count, g->part_cap, (part){pack, from, len})) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* The pieces of one pack, sorted: as ranges, or the pack as a whole. */
static vv_status plan_pack(gathering *g, const piece *p, size_t count, vv_error *err)
{
	const size_t pack = p->pack;
	const uint64_t len = vv_catalog_pack(g->h->catalog, pack)->len;
	uint64_t bytes = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < count; i++) {
		bytes += p[i].to - p[i].from;
	}
	if (len <= SMALL_BYTES || bytes >= len / 2) {
		g->whole[pack] = true;
	}
	for (size_t i = 0, end; !g->whole[pack] && i < count; i = end) {
		for (end = i + 1; end < count && p[end].from <= p[end - 1].to + GAP_BYTES; end++) {
		}
		if ((rc = add_parts(g, pack, p[i].from, p[end - 1].to, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status plan_pieces(gathering *g, vv_error *err)
{
	vv_status rc;

	if (g->count > 0) {
		qsort(g->pieces, g->count, sizeof(*g->pieces), compare_pieces);
	}
	for (size_t i = 0, end; i < g->count; i = end) {
		for (end = i + 1; end < g->count && g->pieces[end].pack == g->pieces[i].pack;
		     end++) {
		}
		if ((rc = plan_pack(g, g->pieces + i, end - i, err)) < 0) return rc;
	}
	for (size_t i = 0; i < vv_catalog_packs(g->h->catalog); i++) {
		if (g->whole[i] &&
		    (rc = add_parts(g, i, 0, vv_catalog_pack(g->h->catalog, i)->len, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* --- the requests ---------------------------------------------------------------------------- */

/* Owned; NULL when out of memory. */
static char *file_of(const gathering *g, size_t pack, const char *ext)
{
	vv_pack_name id = {0};
	char name[VV_PACK_NAME_MAX];

	memcpy(id.hash, vv_catalog_pack(g->h->catalog, pack)->key.digest, sizeof(id.hash));
	vv_pack_name_write(name, &id, ext);
	return vv_path_join(g->t->dir, "packs", name, (char *)NULL);
}

static vv_status write_at(const gathering *g, size_t pack, uint64_t from, const void *bytes,
			  size_t len, vv_error *err)
{
	vv_auto(char) *path = file_of(g, pack, "pack");
	int fd = path ? vv_open_own(path, O_WRONLY | O_CREAT, err) : (int)vv_fail_nomem(err);

	if (fd < 0) return (vv_status)fd;
	const vv_status rc = lseek(fd, (off_t)from, SEEK_SET) < 0
				     ? vv_fail_errno(err, "cannot write", path)
				     : vv_write_full(fd, bytes, len, path, err);
	return vv_close_after(rc, fd, path, err);
}

/* Under the lock. A missing part is a fault of the pack, which is judged at the end. */
static vv_status take_part(gathering *g, const part *p, vv_status got, const vv_buf *bytes,
			   const vv_error *why, vv_error *err)
{
	if (got == VV_ENOTFOUND) {
		g->failed[p->pack] = true;
		return VV_OK;
	}
	if (got < 0) return vv_error_copy(err, why);
	g->h->came.bytes += bytes->len;
	if (p->len < vv_catalog_pack(g->h->catalog, p->pack)->len) {
		return write_at(g, p->pack, p->from, bytes->data, bytes->len, err);
	}
	vv_auto(char) *path = file_of(g, p->pack, "pack");
	return path ? vv_write_file(path, vv_buf_cstr(bytes), bytes->len, false, err)
		    : vv_fail_nomem(err);
}

/* Parts of a pack to fetch whole are kept until the host is closed and all of them have arrived, so that a run after
 * an interrupted one continues there. Owned; NULL when out of memory. */
static char *kept_part(const gathering *g, const part *p)
{
	return vv_asprintf("%s/" VV_HOST_PARTS "/%s-%llu", g->h->dir,
			   vv_pack_shows(&vv_catalog_pack(g->h->catalog, p->pack)->key),
			   (unsigned long long)p->from);
}

static bool is_kept(const gathering *g, const part *p)
{
	return g->whole[p->pack] && p->len < vv_catalog_pack(g->h->catalog, p->pack)->len;
}

static vv_status get_kept(const gathering *g, const part *p, vv_buf *out, vv_error *err)
{
	const vv_host_pack *of = vv_catalog_pack(g->h->catalog, p->pack);
	vv_auto(char) *file = kept_part(g, p);
	vv_status rc = file ? vv_read_regular(out, file, p->len, VV_IGNORED) : vv_fail_nomem(err);

	if (!file || (rc == VV_OK && out->len == p->len)) return rc;
	vv_buf_reset(out);
	if ((rc = vv_files_get_part(g->h, of, p->from, p->len, out, err)) == VV_OK) {
		(void)vv_write_file(file, vv_buf_cstr(out), out->len, false, VV_IGNORED);
	}
	return rc;
}

static vv_status get_part(void *payload, size_t i, vv_error *err)
{
	gathering *g = payload;
	const part *p = &g->parts[i];
	const vv_host_pack *of = vv_catalog_pack(g->h->catalog, p->pack);
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_error why;
	const vv_status got = is_kept(g, p)
				      ? get_kept(g, p, &bytes, &why)
				      : vv_files_get_part(g->h, of, p->from, p->len, &bytes, &why);

	vv_auto(vv_locked) lock = vv_mutex_hold(g->lock);
	return take_part(g, p, got, &bytes, &why, err);
}

/* A ref's packs come together, and are read one by one afterwards. */
static vv_status fetch_blobs(gathering *g, vv_error *err)
{
	vv_auto_free vv_oid *ids = vv_calloc(g->part_count + 1, sizeof(*ids));

	if (!ids) return vv_fail_nomem(err);
	for (size_t i = 0; i < g->part_count; i++) {
		ids[i] = vv_catalog_pack(g->h->catalog, g->parts[i].pack)->blob;
	}
	return vv_host_fetch_blobs(g->h, ids, g->part_count, err);
}

static vv_status get_all(gathering *g, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(g->t->dir, "packs", (char *)NULL),
		      *parts = vv_path_join(g->h->dir, VV_HOST_PARTS, (char *)NULL);
	vv_status rc = dir && parts ? vv_mkdirs(dir, err) : vv_fail_nomem(err);

	rc = rc < 0 ? rc : vv_mkdirs(parts, err);
	if (rc < 0 || (!vv_host_is_place(g->h) && (rc = fetch_blobs(g, err)) < 0)) return rc;
	if (!(g->lock = vv_mutex_new())) return vv_fail_nomem(err);
	g->h->parts_done = false;
	return vv_files_each(g->h, g->part_count, get_part, g, "packs", err);
}

/* --- received parts
 * ------------------------------------------------------------------------------- */

/* The ends of a pack with holes, and its index, which names only existing records. */
static vv_status write_ends(gathering *g, size_t pack, const struct vv_came *came, vv_error *err)
{
	uint8_t trailer[VV_PACK_TRAILER_LEN];
	const vv_host_pack *p = vv_catalog_pack(g->h->catalog, pack);
	vv_status rc = write_at(g, pack, 0, VV_PACK_HEADER, VV_PACK_HEADER_LEN, err);

	memcpy(trailer, VV_PACK_END, 8);
	vv_put_le64(trailer + 8, came->count);
	vv_put_le64(trailer + 16, p->len);
	memcpy(trailer + 24, p->key.digest, VV_PACK_HASH_LEN);
	return rc < 0 ? rc
		      : write_at(g, pack, p->len - sizeof(trailer), trailer, sizeof(trailer), err);
}

static vv_status close_holes(gathering *g, size_t pack, struct vv_came *came, vv_error *err)
{
	vv_auto(vv_buf) index = VV_BUF_INIT;
	vv_auto(char) *path = file_of(g, pack, "index");
	vv_status rc = path ? write_ends(g, pack, came, err) : vv_fail_nomem(err);

	if (rc == VV_OK &&
	    (rc = vv_pack_index_encode(&index, vv_catalog_pack(g->h->catalog, pack)->key.digest,
				       came->items, came->count, err)) == VV_OK) {
		rc = vv_write_file(path, index.data, index.len, false, err);
	}
	return rc;
}

static vv_status take_pieces(gathering *g, const piece *p, size_t count, bool *found_bad,
			     vv_error *err)
{
	vv_host_pack *pack = vv_catalog_pack(g->h->catalog, p->pack);
	struct vv_came *came = &pack->came[g->t->proof];

	if (g->failed[p->pack]) {
		*found_bad = *found_bad || !pack->bad;
		return vv_host_note_bad(g->h, pack, err);
	}
	g->reopen = g->reopen || came->count > 0;
	g->h->came.packs += came->count == 0;
	for (size_t i = 0; i < count; i++) {
		if (!vv_array_add(came->items, came->count, came->cap,
				  (vv_pack_index_entry){p[i].prefix, p[i].from})) {
			return vv_fail_nomem(err);
		}
	}
	return close_holes(g, p->pack, came, err);
}

/* A pack that came whole has no index: the store makes it, if the pack is sound. */
static vv_status take_whole(gathering *g, size_t pack, bool *found_bad, vv_error *err)
{
	vv_host_pack *p = vv_catalog_pack(g->h->catalog, pack);
	vv_auto(char) *path = file_of(g, pack, "pack"), *index = file_of(g, pack, "index");
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc = path && index ? VV_OK : vv_fail_nomem(err);

	*(g->t->proof ? &p->shown : &p->here) = true; /* unavailable ones are not requested again */
	g->reopen = g->reopen || p->came[g->t->proof].count > 0;
	p->came[g->t->proof].count = 0;
	if (rc == VV_OK && (rc = vv_unlink(index, true, err)) == VV_OK && !g->failed[pack]) {
		g->h->came.packs++;
		rc = vv_read_regular(&bytes, path, VV_HOST_PACK_MAX, err);
	}
	if (rc < 0) return rc;
	return vv_host_judge_pack(g->h, p, g->failed[pack] ? NULL : &bytes, found_bad, err);
}

static vv_status take_all(gathering *g, bool *found_bad, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0, end; i < g->count; i = end) {
		for (end = i + 1; end < g->count && g->pieces[end].pack == g->pieces[i].pack;
		     end++) {
		}
		if (!g->whole[g->pieces[i].pack] &&
		    (rc = take_pieces(g, g->pieces + i, end - i, found_bad, err)) < 0) {
			return rc;
		}
	}
	for (size_t i = 0; i < vv_catalog_packs(g->h->catalog); i++) {
		if (g->whole[i] && (rc = take_whole(g, i, found_bad, err)) < 0) return rc;
	}
	g->h->parts_done = true;
	return *found_bad ? vv_host_drop_parts(g->h, err) : VV_OK;
}

static vv_status reopen_store(vv_host *h, bool proof, vv_error *err)
{
	vv_store **s = proof ? &h->shown : &h->blocks;

	vv_store_close(vv_take(s));
	return proof ? vv_store_open(s, h->proof, true, err)
		     : vv_store_open_over(s, h->packs, h->main, true, err);
}

static void clear_gathering(gathering *g)
{
	for (size_t i = 0; g->lists && i < vv_catalog_packs(g->h->catalog); i++) {
		vv_buf_clear(&g->lists[i].bytes);
		vv_free(g->lists[i].starts);
	}
	vv_mutex_free(g->lock);
	vv_free_all(g->lists, g->whole, g->failed, g->pieces, g->todo.items, g->parts);
}

static vv_status init_gathering(gathering *g, vv_error *err)
{
	const size_t packs = vv_catalog_packs(g->h->catalog);

	g->lists = vv_calloc(packs + 1, sizeof(*g->lists));
	g->whole = vv_calloc(packs + 1, sizeof(bool));
	g->failed = vv_calloc(packs + 1, sizeof(bool));
	return g->lists && g->whole && g->failed ? VV_OK : vv_fail_nomem(err);
}

static vv_status gather_blocks(gathering *g, const vv_cid *cids, size_t count, bool *found_bad,
			       vv_error *err)
{
	vv_status rc = init_gathering(g, err);

	if (rc < 0) return rc;
	for (size_t i = 0; i < g->t->pack_count; i++) {
		if ((rc = want_pack(g, g->t->packs[i], err)) < 0) return rc;
	}
	for (size_t i = 0; i < count; i++) {
		if ((rc = want_block(g, &cids[i], err)) < 0) return rc;
	}
	while (g->todo.count > 0) {
		const vv_cid cid = g->todo.items[--g->todo.count];
		if ((rc = want_block(g, &cid, err)) < 0) return rc;
	}
	if (rc < 0 || (rc = plan_pieces(g, err)) < 0 || g->part_count == 0) return rc;
	if ((rc = get_all(g, err)) < 0) return rc;
	return take_all(g, found_bad, err);
}

vv_status vv_host_take(vv_host *h, const vv_host_taking *t, const vv_cid *cids, size_t count,
		       vv_error *err)
{
	bool found_bad, again;
	vv_status rc;

	do {
		gathering g = {.h = h, .t = t};
		found_bad = false;
		rc = gather_blocks(&g, cids, count, &found_bad, err);
		again = g.reopen;
		clear_gathering(&g);
		rc = rc == VV_OK && again ? reopen_store(h, t->proof, err) : rc;
		if (rc == VV_OK && found_bad && (rc = vv_files_take_parts(h, err)) == VV_OK) {
			rc = vv_host_prefer_sound(h, err);
			vv_cid_set_reset(&h->pieces);
		}
	} while (rc == VV_OK && found_bad);
	return rc;
}

/* --- damage ------------------------------------------------------------------------- */

/* Requests the whole packs of a block and its bases, as far as they are not here. */
static vv_status want_chain(gathering *g, const vv_cid *cid, vv_error *err)
{
	vv_cid now = *cid;
	size_t pack, at;
	vv_status rc = VV_OK;

	for (unsigned depth = 0; depth <= VV_CHAIN_MAX; depth++) {
		if (!vv_catalog_find(g->h->catalog, &now, &pack, NULL)) return VV_OK;
		if ((rc = open_list(g, pack, err)) < 0) return rc;
		const vv_host_list *l = &g->lists[pack].list;
		if (!is_whole(g, pack)) {
			g->whole[pack] = true;
		}
		if (!vv_host_list_find(l, &now, &at)) return VV_OK;
		at = vv_host_list_base_of(l, at);
		if (at == VV_HOST_LIST_NONE) return VV_OK;
		if (at < l->count) {
			now = vv_host_list_block(l, at).cid;
		} else {
			now = vv_host_list_base(l, at - l->count);
		}
	}
	return rc;
}

static vv_status get_chain(gathering *g, const vv_cid *cid, bool *found_bad, vv_error *err)
{
	vv_status rc;

	if ((rc = init_gathering(g, err)) < 0 || (rc = want_chain(g, cid, err)) < 0 ||
	    (rc = plan_pieces(g, err)) < 0 || g->part_count == 0 || (rc = get_all(g, err)) < 0 ||
	    (rc = take_all(g, found_bad, err)) < 0) {
		return rc;
	}
	return reopen_store(g->h, g->t->proof, err);
}

/* *more: a pack came. */
static vv_status take_chain(vv_host *h, const vv_host_taking *t, const vv_cid *cid, bool *more,
			    vv_error *err)
{
	gathering g = {.h = h, .t = t};
	bool found_bad = false;
	vv_status rc = get_chain(&g, cid, &found_bad, err);

	*more = g.part_count > 0;
	clear_gathering(&g);
	if (rc < 0 || !found_bad) return rc;
	if ((rc = vv_files_take_parts(h, err)) < 0 || (rc = vv_host_prefer_sound(h, err)) < 0) {
		return rc;
	}
	vv_cid_set_reset(&h->pieces);
	return vv_host_take(h, t, cid, 1, err);
}

vv_status vv_host_read(vv_host *h, bool proof, const vv_cid *cid, vv_buf *out, vv_buf *stored,
		       vv_block_form *form, vv_error *err)
{
	const vv_host_taking t = {
		.dir = proof ? h->proof : h->packs, .have = proof ? NULL : h->main, .proof = proof};
	bool more = true;
	vv_error why;
	vv_status rc;

	do {
		rc = vv_store_get_form(proof ? h->shown : h->blocks, cid, out, stored, form, &why);
		if ((rc != VV_EMISSING && rc != VV_ECORRUPT) || !more ||
		    !vv_catalog_find(h->catalog, cid, NULL, NULL)) {
			break;
		}
		vv_error failed;
		const vv_status taken = take_chain(h, &t, cid, &more, &failed);
		if (taken < 0) {
			rc = taken;
			why = failed;
			break;
		}
	} while (more);
	return rc < 0 ? vv_error_copy(err, &why) : VV_OK;
}
