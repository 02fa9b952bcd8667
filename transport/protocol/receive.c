/*
 * receive: decides when the received versions are whole.
 */
#include "transport/protocol/receive.h"

#include <string.h>
#include <sys/statvfs.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/resemble.h"
#include "repo/known/incomplete.h"
#include "transport/protocol/frame.h"
#include "transport/protocol/object_stream.h"

#define BYTES_DEFAULT (UINT64_C(64) << 30)
#define BLOCKS_MAX (UINT64_C(1) << 26)
#define FREE_DEFAULT (UINT64_C(64) << 20)
#define OBJECTS_MAX 10000000u
#define OBJECT_MAX (UINT64_C(1) << 30)
#define KEEP_EVERY (UINT64_C(32) << 20) /* at most this is lost when the line drops */

/* The new versions between wants and commons, found once: everything about them is computed from this list. */
typedef struct versions {
	bool found;
	vv_oids wants, commons;
	vv_new_root *items;
	size_t count, cap;
	vv_new_sum sum;
	vv_arena paths;
	const vv_expired *expired; /* the lists of the repository, or those that came */
} versions;

struct vv_receive {
	vv_repository *repo;
	vv_store *store; /* the repository's */
	vv_receive_limits limits;
	vv_incoming *incoming;
	vv_git_receive *git;
	vv_block_in *blocks;
	vv_object_in *objects;
	vv_recent_nodes nodes;
	uint64_t unkept;       /* raw bytes since the last keep */
	bool unreadable, lost; /* of this stream: a block, and so the objects */
	bool doubt;
	const vv_elsewhere *elsewhere; /* NULL: nothing is left there */
	vv_expired *expired;           /* lists that came; NULL */
	versions versions;
	vv_cid *mended; /* roots of versions that were here without blocks */
	size_t mended_count, mended_cap;
	vv_receive_stats stats;
};

vv_status vv_receive_limits_load(vv_receive_limits *out, vv_repository *r, vv_error *err)
{
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_config_u64(r, "receive.maxinputsize", 0, &out->bytes, err)) < 0 ||
	    (rc = vv_config_u64(r, "varve.keepfree", FREE_DEFAULT, &out->disk_free, err)) < 0) {
		return rc;
	}
	out->blocks = BLOCKS_MAX;
	out->git.objects = OBJECTS_MAX;
	out->git.object_bytes = OBJECT_MAX;
	if (out->bytes == 0) {
		out->bytes = BYTES_DEFAULT;
	}
	out->git.bytes = out->bytes;
	return VV_OK;
}

vv_status vv_receive_open(vv_receive **out, vv_repository *r, const vv_receive_limits *limits,
			  vv_error *err)
{
	vv_auto(vv_receive) *x = vv_calloc(1, sizeof(*x));
	vv_status rc;

	if (!x) return vv_fail_nomem(err);
	x->repo = r;
	x->limits = *limits;
	if ((rc = vv_repository_store(r, &x->store, err)) < 0 ||
	    (rc = vv_incoming_open(&x->incoming, r, err)) < 0 ||
	    (rc = vv_git_receive_open(&x->git, r, &limits->git, err)) < 0) {
		return rc;
	}
	x->stats.resumed = vv_incoming_blocks(x->incoming);
	return vv_hand_over(out, &x);
}

static void forget_versions(versions *v)
{
	vv_free_all(v->wants.items, v->commons.items, v->items);
	vv_arena_clear(&v->paths);
	memset(v, 0, sizeof(*v));
}

void vv_receive_close(vv_receive *x)
{
	if (x) {
		forget_versions(&x->versions);
		vv_expired_close(x->expired);
		vv_block_in_close(x->blocks);
		vv_object_in_close(x->objects);
		vv_git_receive_close(x->git);
		vv_incoming_close(x->incoming);
		vv_free_all(x->mended, x);
	}
}

vv_receive_stats vv_receive_stats_get(const vv_receive *x)
{
	vv_receive_stats stats = x->stats;

	stats.objects = vv_git_receive_count(x->git);
	stats.commits = x->versions.sum.commits;
	return stats;
}

vv_receive_limits vv_receive_limits_get(const vv_receive *x)
{
	return x->limits;
}

vv_incoming *vv_receive_incoming(vv_receive *x)
{
	return x->incoming;
}

vv_repository *vv_receive_repository(vv_receive *x)
{
	return vv_git_receive_repository(x->git);
}

/* --- what arrives --------------------------------------------------------------------- */

static vv_status find_block(void *payload, uint8_t codec, const uint8_t prefix[VV_BASE_PREFIX],
			    vv_cid *cid, vv_error *err)
{
	return vv_incoming_find_prefix(((vv_receive *)payload)->incoming, codec, prefix, cid, err);
}

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_incoming_get(((vv_receive *)payload)->incoming, cid, out, err);
}

static vv_status get_object(void *payload, vv_git_type type, const uint8_t *id, size_t len,
			    vv_buf *out, vv_error *err)
{
	return vv_git_receive_base(((vv_receive *)payload)->git, type, id, len, out, err);
}

vv_status vv_receive_begin(vv_receive *x, vv_error *err)
{
	vv_status rc;

	vv_block_in_close(x->blocks);
	vv_object_in_close(x->objects);
	x->blocks = NULL;
	x->objects = NULL;
	x->unreadable = x->lost = false;
	memset(&x->nodes, 0, sizeof(x->nodes));
	if ((rc = vv_block_in_open(&x->blocks, find_block, get_block, x, err)) < 0) return rc;
	/* 0: the owner sets no limit, and OBJECT_MAX holds. */
	uint64_t max = x->limits.git.object_bytes > 0 ? x->limits.git.object_bytes : OBJECT_MAX;
	return vv_object_in_open(&x->objects, get_object, x, &x->nodes, max, err);
}

/* Is there room for more? Called now and then. */
static vv_status check_disk(const vv_receive *x, vv_error *err)
{
	struct statvfs fs;
	const char *dir = vv_repository_varvedir(x->repo);

	if (statvfs(dir, &fs) != 0) {
		return VV_OK; /* writes will fail if there is no room */
	}
	uint64_t left = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (left < x->limits.disk_free) {
		return vv_fail(
			err, VV_EREFUSED,
			"the disk has only %s left, and %s must stay free (varve.keepFree)\nfree "
			"some space and try again; received blocks are kept",
			vv_text_bytes(left), vv_text_bytes(x->limits.disk_free));
	}
	return VV_OK;
}

static vv_status keep_block(vv_receive *x, const vv_block_received *b, vv_error *err)
{
	bool kept;
	vv_status rc = vv_incoming_put_form(x->incoming, &b->cid, b->bytes, b->len,
					    vv_cid_is_null(&b->base) ? NULL : &b->base,
					    b->as_stored ? &b->form : NULL, &kept, err);
	if (rc < 0) return rc;
	x->stats.known += !kept;
	if (kept) {
		x->stats.blocks++;
		x->stats.bytes += b->len;
		x->unkept += b->len;
	}
	if (x->stats.blocks > x->limits.blocks) {
		return vv_fail(err, VV_EREFUSED, "the peer sends more than %s blocks",
			       vv_text_count(x->limits.blocks));
	}
	if (x->unkept >= KEEP_EVERY) {
		x->unkept = 0;
		rc = check_disk(x, err);
		return rc < 0 ? rc : vv_incoming_keep(x->incoming, err);
	}
	return vv_incoming_spill(x->incoming, err);
}

static vv_status take_blocks(vv_receive *x, const void *bytes, size_t len, vv_error *err)
{
	const uint8_t *p = bytes, *end = p + len;
	vv_block_received b;
	int more;

	while ((more = vv_block_in_next(x->blocks, &p, end, &b, err)) > 0) {
		if (b.absent || b.unreadable) {
			x->unreadable |= b.unreadable;
			x->stats.damaged += b.damaged;
			continue; /* it counts as lacking and is requested by its CID */
		}
		vv_recent_nodes_add(&x->nodes, &b.cid);
		vv_status rc = keep_block(x, &b, err);
		if (rc < 0) return rc;
	}
	return (vv_status)more;
}

static vv_status take_objects(vv_receive *x, const void *payload, size_t len, vv_error *err)
{
	vv_git_type type;
	const void *bytes;
	size_t size;
	vv_oid id;
	int more;
	vv_status rc = vv_object_in_feed(x->objects, payload, len, err);

	if (rc < 0) return rc;
	while ((more = vv_object_in_next(x->objects, &type, &bytes, &size, err)) != 0) {
		if ((rc = more < 0 ? (vv_status)more
				   : vv_git_receive_object(x->git, type, bytes, size, &id, err)) <
			    0 ||
		    (rc = vv_object_in_note(x->objects, &id, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Objects are compressed against the CIDs of received blocks: if one of these is unknown, the
 * objects may be unreadable. */
static vv_status take_what_can_be_read(vv_receive *x, const void *bytes, size_t len, vv_error *err)
{
	vv_error why;
	vv_status rc;

	if (x->lost) {
		rc = VV_OK;
	} else {
		rc = take_objects(x, bytes, len, x->unreadable ? &why : err);
	}

	if (rc == VV_ECORRUPT && x->unreadable) {
		x->lost = true;
		return VV_OK;
	}
	return rc < 0 && x->unreadable ? vv_error_copy(err, &why) : rc;
}

static vv_status take_pack(vv_receive *x, const void *bytes, size_t len, vv_error *err)
{
	vv_status rc = vv_git_receive_pack(x->git, bytes, len, err);

	x->unkept += len;
	if (rc < 0 || x->unkept < KEEP_EVERY) return rc;
	x->unkept = 0;
	return check_disk(x, err);
}

bool vv_receive_takes(uint8_t type)
{
	return type == VV_FRAME_BLOCKS || type == VV_FRAME_OBJECTS || type == VV_FRAME_PACK;
}

vv_status vv_receive_frame(vv_receive *x, uint8_t type, const void *bytes, size_t len,
			   vv_error *err)
{
	if (type == VV_FRAME_BLOCKS) return take_blocks(x, bytes, len, err);
	if (type == VV_FRAME_PACK) return take_pack(x, bytes, len, err);
	return take_what_can_be_read(x, bytes, len, err);
}

void vv_receive_leave(vv_receive *x, const vv_elsewhere *elsewhere)
{
	x->elsewhere = elsewhere;
}

bool vv_receive_leaves(const vv_receive *x, const vv_new_root *n)
{
	bool below;

	if (n->link || n->expired) {
		return !vv_store_has(x->store, &n->root) &&
		       !(n->current && vv_incoming_has(x->incoming, &n->root, &below));
	}
	return x->elsewhere && vv_elsewhere_has(x->elsewhere, &n->root) &&
	       !vv_incoming_has(x->incoming, &n->root, &below);
}

vv_status vv_receive_expect_expired(vv_receive *x, const vv_oid *tip, vv_error *err)
{
	return x->expired ? VV_OK
			  : vv_expired_open(&x->expired, vv_receive_repository(x), tip, err);
}

bool vv_receive_lost(const vv_receive *x)
{
	return x->lost;
}

void vv_receive_doubt(vv_receive *x)
{
	x->doubt = true;
}

vv_status vv_receive_end(vv_receive *x, vv_error *err)
{
	vv_status rc = x->lost ? VV_OK : vv_object_in_end(x->objects, err);
	x->unkept = 0;
	return rc < 0 ? rc : vv_incoming_keep(x->incoming, err);
}

vv_status vv_receive_block(vv_receive *x, const vv_block_received *b, vv_error *err)
{
	vv_cid is;
	vv_status rc = vv_cid_of(&is, b->cid.codec, b->bytes, b->len, err);

	if (rc < 0) return rc;
	if (!vv_cid_equal(&is, &b->cid)) {
		return vv_fail(err, VV_ECORRUPT,
			       "the peer sent data that does not match the requested block");
	}
	if (b->cid.codec == VV_CODEC_DAG_CBOR && vv_cbor_check(b->bytes, b->len, err) < 0) {
		return vv_prefix(err, "the peer sent a block that is not in the canonical form");
	}
	return keep_block(x, b, err);
}

vv_status vv_receive_object(vv_receive *x, vv_git_type type, const void *bytes, size_t len,
			    vv_oid *id, vv_error *err)
{
	return vv_git_receive_object(x->git, type, bytes, len, id, err);
}

vv_status vv_receive_object_bytes(vv_receive *x, vv_git_type type, const vv_oid *id, vv_buf *out,
				  vv_error *err)
{
	return vv_git_receive_base(x->git, type, id->id, sizeof(id->id), out, err);
}

vv_status vv_receive_objects_end(vv_receive *x, const vv_oids *tips, vv_error *err)
{
	forget_versions(&x->versions);
	vv_status rc = vv_git_receive_end(x->git, tips->items, tips->count, err);
	if ((rc == VV_EMISSING || rc == VV_ENOTFOUND) && x->unreadable && x->stats.damaged == 0) {
		x->lost = true; /* they were read as others */
		return VV_OK;
	}
	return rc == VV_EMISSING || rc == VV_ENOTFOUND
		       ? vv_prefix(err, "the received history is not complete")
		       : rc;
}

/* --- the new versions ----------------------------------------------------------------- */

static bool same_ids(const vv_oids *a, const vv_oids *b)
{
	return a->count == b->count &&
	       (a->count == 0 || memcmp(a->items, b->items, a->count * sizeof(vv_oid)) == 0);
}

/* Consecutive versions usually have the same path; it is stored once. */
static vv_status keep_version(void *payload, const vv_new_root *n, vv_error *err)
{
	versions *v = payload;
	vv_new_root kept = *n;

	kept.path = v->count > 0 && strcmp(v->items[v->count - 1].path, n->path) == 0
			    ? v->items[v->count - 1].path
			    : vv_arena_strndup(&v->paths, n->path, strlen(n->path));
	kept.expired = vv_expired_has(v->expired, &n->root);
	if (vv_expired_has(v->expired, &n->before)) {
		kept.before = (vv_cid){0};
		kept.known_before = false;
	}
	kept.link = n->link ? vv_arena_strndup(&v->paths, n->link, strlen(n->link)) : NULL;
	return kept.path && (!n->link || kept.link) &&
			       vv_array_add(v->items, v->count, v->cap, kept)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status find_versions(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			       vv_error *err)
{
	versions *v = &x->versions;
	vv_status rc = VV_OK;

	if (v->found && same_ids(&v->wants, wants) && same_ids(&v->commons, commons)) {
		return VV_OK;
	}
	forget_versions(v);
	if (x->expired) {
		v->expired = x->expired;
	} else {
		rc = vv_expired_read(&v->expired, x->repo, err);
	}
	if (rc < 0 ||
	    (rc = vv_new_roots_sum(vv_receive_repository(x), wants->items, wants->count,
				   commons->items, commons->count, v->expired, keep_version, v,
				   &v->sum, err)) < 0 ||
	    (rc = vv_oids_add_all(&v->commons, commons->items, commons->count, err)) < 0 ||
	    (rc = vv_oids_add_all(&v->wants, wants->items, wants->count, err)) < 0) {
		forget_versions(v);
	}
	v->found = rc == VV_OK;
	return rc;
}

vv_status vv_receive_versions_each(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
				   vv_new_root_fn fn, void *payload, vv_error *err)
{
	if (x->lost) { /* the received objects are unreadable: check the ones here */
		return vv_new_roots_each(x->repo, wants->items, wants->count, commons->items,
					 commons->count, fn, payload, err);
	}
	vv_status rc = find_versions(x, wants, commons, err);
	for (size_t i = 0; rc == VV_OK && i < x->versions.count; i++) {
		rc = fn(payload, &x->versions.items[i], err);
	}
	return rc;
}

/* --- lacking blocks ------------------------------------------------------------------ */

typedef struct lacking {
	vv_receive *x;
	vv_cid_set seen;
	vv_lacking *list;
	size_t count, cap, max;
	bool whole; /* do not assume that the store's blocks are complete */
} lacking;

static void lacking_clear(lacking *l)
{
	vv_cid_set_reset(&l->seen);
	vv_free(l->list);
}

VV_AUTO_CLEAR(lacking, lacking_clear)

static vv_status get_here(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_incoming_get(((lacking *)payload)->x->incoming, cid, out, err);
}

static vv_status note_lacking(void *payload, const vv_cid *cid, const vv_cid *like, vv_error *err)
{
	lacking *l = payload;
	bool below;

	if (l->count >= l->max || vv_incoming_has(l->x->incoming, cid, &below)) return VV_OK;
	return vv_array_add(l->list, l->count, l->cap,
			    (vv_lacking){.cid = *cid, .like = like ? *like : (vv_cid){0}})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* Skips all blocks that both versions have if the version before is known to be whole. */
static vv_status look_below(lacking *l, const vv_cid *root, const vv_cid *before, vv_error *err)
{
	uint64_t missing = 0;
	const vv_resemble walk = {.get = get_here,
				  .fn = note_lacking,
				  .payload = l,
				  .seen = &l->seen,
				  .missing = &missing};
	bool below;

	if (l->count >= l->max) return VV_OK;
	if (vv_incoming_has(l->x->incoming, root, &below) && below && !l->whole) return VV_OK;
	/* The one before may be a linked version, which is missing here; or came, and is not taken in: not in the store, and
	 * none of the new versions. */
	const bool known = before && !vv_cid_is_null(before) && !l->whole &&
			   (vv_store_has(l->x->store, before) || vv_cid_set_has(&l->seen, before));
	return vv_resemble_walk(&walk, root, known ? before : NULL, err);
}

static vv_status look_at_version(void *payload, const vv_new_root *n, vv_error *err)
{
	lacking *l = payload;

	return vv_receive_leaves(l->x, n) ? VV_OK : look_below(l, &n->root, &n->before, err);
}

static vv_status begin_lacking(lacking *l, vv_receive *x, size_t max, vv_error *err)
{
	*l = (lacking){.x = x, .max = max};
	vv_status rc = vv_repository_incomplete(x->repo, &l->whole, err);
	l->whole |= x->doubt;
	return rc;
}

static vv_status give_lacking(lacking *l, vv_status rc, vv_lacking **out, size_t *count)
{
	*count = rc < 0 ? 0 : l->count;
	*out = rc < 0 ? NULL : vv_take(&l->list);
	return rc;
}

vv_status vv_receive_lacking(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			     size_t max, vv_lacking **out, size_t *count, vv_error *err)
{
	vv_auto(lacking) l = {0};
	vv_status rc = begin_lacking(&l, x, max, err);

	if (rc == VV_OK) {
		rc = vv_receive_versions_each(x, wants, commons, look_at_version, &l, err);
	}
	return give_lacking(&l, rc, out, count);
}

vv_status vv_receive_lacking_beside(vv_receive *x, const vv_cid *root, const vv_cid *like,
				    size_t max, vv_lacking **out, size_t *count, vv_error *err)
{
	vv_auto(lacking) l = {0};
	vv_status rc = begin_lacking(&l, x, max, err);

	if (rc == VV_OK) {
		rc = look_below(&l, root, like, err);
	}
	return give_lacking(&l, rc, out, count);
}

vv_status vv_receive_lacking_below(vv_receive *x, const vv_cid *root, size_t max, vv_lacking **out,
				   size_t *count, vv_error *err)
{
	return vv_receive_lacking_beside(x, root, NULL, max, out, count, err);
}

/* --- checks, and taking in --------------------------------------------------------------- */

typedef struct checking {
	vv_receive *x;
	vv_version_check_fn fn;
	void *payload;
} checking;

static vv_status check_version(void *payload, const vv_new_root *n, vv_error *err)
{
	checking *c = payload;

	if (vv_receive_leaves(c->x, n)) return VV_OK;
	vv_status rc = c->fn(c->payload, vv_receive_repository(c->x), c->x->incoming, n, err);
	return rc == VV_EMISSING ? VV_OK : rc; /* an incomplete one was reported before */
}

vv_status vv_receive_check(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			   vv_version_check_fn fn, void *payload, vv_error *err)
{
	checking c = {x, fn, payload};
	return vv_receive_versions_each(x, wants, commons, check_version, &c, err);
}

static vv_status mend_version(void *payload, const vv_new_root *n, vv_error *err)
{
	checking *m = payload;
	vv_receive *x = m->x;
	vv_auto_free vv_lacking *list = NULL;
	size_t count = 0;

	if (vv_receive_leaves(x, n)) return VV_OK;
	vv_status rc = vv_receive_lacking_below(x, &n->root, 1, &list, &count, VV_IGNORED);

	if (rc == VV_OK && count == 0 && m->fn) {
		rc = m->fn(m->payload, vv_receive_repository(x), x->incoming, n, VV_IGNORED);
	}
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc < 0 || count > 0) {
		return VV_OK; /* it stays as it was */
	}
	return vv_array_add(x->mended, x->mended_count, x->mended_cap, n->root)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status vv_receive_mend(vv_receive *x, const vv_oids *wants, const vv_oids *wholes,
			  vv_version_check_fn fn, void *payload, vv_error *err)
{
	checking m = {x, fn, payload};
	vv_error why;
	vv_status rc = vv_new_roots_each(vv_receive_repository(x), wants->items, wants->count,
					 wholes->items, wholes->count, mend_version, &m, &why);

	if (rc < 0 && rc != VV_ECORRUPT) { /* git let an unreadable pointer in */
		return vv_error_copy(err, &why);
	}
	return VV_OK;
}

/* Only blocks of the new versions become part of the store: a node in the store means that all
 * blocks below it are there too, which is unknown for other received blocks. */
static vv_status promote_blocks(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
				const vv_cid *root, bool incomplete, vv_error *err)
{
	vv_auto(lacking) l = {0};
	vv_status rc = begin_lacking(&l, x, SIZE_MAX, err);

	if (rc == VV_OK && root) {
		rc = look_below(&l, root, NULL, err);
	} else if (rc == VV_OK && wants->count > 0) {
		rc = vv_receive_versions_each(x, wants, commons, look_at_version, &l, err);
	}
	for (size_t i = 0; rc == VV_OK && i < x->mended_count; i++) {
		rc = look_below(&l, &x->mended[i], NULL, err);
	}
	if (rc == VV_OK && l.count > 0 && !incomplete) {
		return vv_fail(err, VV_EMISSING,
			       "blocks of this repository were removed in the meantime\n"
			       "try again");
	}
	if (rc < 0) return rc;
	vv_incoming_only(x->incoming, &l.seen);
	rc = vv_incoming_promote(x->incoming, err);
	vv_incoming_only(x->incoming, NULL);
	return rc;
}

vv_status vv_receive_take_root(vv_receive *x, const vv_cid *root, vv_error *err)
{
	return promote_blocks(x, NULL, NULL, root, false, err);
}

/* Durably noted before refs name them: linked versions, which are missing here. */
static vv_status note_linked(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			     vv_error *err)
{
	vv_auto(vv_elsewhere) *known = NULL;
	vv_auto_free vv_elsewhere_version *list = NULL;
	vv_auto(vv_arena) names = VV_ARENA_INIT;
	size_t count = 0;
	vv_status rc = wants->count > 0 ? find_versions(x, wants, commons, err) : VV_OK;

	if (rc < 0 || wants->count == 0 || (rc = vv_elsewhere_read(&known, x->repo, err)) < 0) {
		return rc;
	}
	if (!(list = vv_calloc(x->versions.count + 1, sizeof(*list)))) return vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < x->versions.count; i++) {
		const vv_new_root *n = &x->versions.items[i];

		if (!n->link || vv_elsewhere_has(known, &n->root) || !vv_receive_leaves(x, n)) {
			continue;
		}
		list[count] = (vv_elsewhere_version){
			.root = n->root,
			.before = n->before,
			.remote = vv_arena_printf(&names, VV_LINK_SCHEME "%s", n->link)};
		rc = list[count++].remote ? VV_OK : vv_fail_nomem(err);
	}
	if (rc == VV_OK && count > 0) {
		rc = vv_elsewhere_add(x->repo, list, count, err);
		x->stats.linked += count;
	}
	return rc;
}

vv_status vv_receive_take_blocks(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
				 vv_error *err)
{
	vv_status rc = promote_blocks(x, wants, commons, NULL, false, err);

	return rc < 0 ? rc : note_linked(x, wants, commons, err);
}

vv_status vv_receive_take(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			  bool incomplete, const vv_ref_change *refs, size_t ref_count,
			  const char *message, vv_error *err)
{
	/* Set first: if the process is killed with nodes taken in, they must not be trusted
	 * afterwards. */
	vv_status rc = incomplete ? vv_repository_set_incomplete(x->repo, true, err) : VV_OK;

	rc = rc < 0 ? rc : promote_blocks(x, wants, commons, NULL, incomplete, err);
	rc = rc < 0 ? rc : note_linked(x, wants, commons, err);
	if (rc < 0 || (rc = vv_git_receive_install(x->git, err)) < 0) return rc;
	if (vv_git_receive_is_plain(x->git)) { /* derived */
		(void)vv_plain_tips_add(x->repo, wants->items, wants->count, VV_IGNORED);
	}
	return ref_count > 0 ? vv_refs_update(x->repo, refs, ref_count, message, err) : VV_OK;
}

void vv_receive_let_go(vv_receive *x)
{
	vv_incoming_let_go(x->incoming);
}

static vv_status still_has(void *payload, vv_repository *with VV_UNUSED, vv_incoming *in VV_UNUSED,
			   const vv_new_root *version, vv_error *err)
{
	const vv_receive *x = payload;
	bool here = false;
	vv_status rc = vv_store_complete(x->store, &version->root, &here, NULL, err);

	return rc < 0 || here ? rc
			      : vv_fail(err, VV_ECONFLICT,
					"blocks of this repository were removed in the meantime\n"
					"try again");
}

vv_status vv_receive_keep_on(vv_receive *x, const vv_oids *wants, const vv_oids *commons,
			     vv_error *err)
{
	vv_status rc = vv_incoming_promote(x->incoming, err);

	return rc < 0 ? rc : vv_receive_check(x, wants, commons, still_has, x, err);
}
