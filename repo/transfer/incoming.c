/*
 * incoming: one transfer's store over the repository's, and how it becomes part of it.
 *
 * The repository's store is entered in one step, by one pack: a node that is there stands
 * for all that is below it.
 */
#include "repo/transfer/incoming.h"

#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/chain.h"
#include "repo/blocks/pack_list.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/writer_internal.h"
#include "repo/git/repository_internal.h"
#include "repo/transfer/incomplete.h"

#define NAME_LEN 16u
#define EMPTY_SECONDS 3600 /* a folder without packs may be one that is just being made */

/* .git/varve/incoming/<16 hex>/ is a store over the repository's own. Its writer.lock is held
 * as long as the transfer lasts: who gets it may take all over, or away. */
#define INCOMING_DIR "incoming"

static char *folder_path(vv_repository *r, const char *name)
{
	return vv_path_join(vv_repository_varvedir(r), INCOMING_DIR, name, (char *)NULL);
}

/* The names of the transfers' folders; free with vv_names_free. */
static vv_status folder_names(vv_repository *r, char ***names, size_t *count, vv_error *err)
{
	char *dir = vv_path_join(vv_repository_varvedir(r), INCOMING_DIR, (char *)NULL);
	size_t i, kept = 0;
	vv_status rc;

	*names = NULL;
	*count = 0;
	if (!dir) {
		return vv_fail_nomem(err);
	}
	rc = vv_list_dir(names, count, dir, err);
	vv_free(dir);
	if (rc == VV_ENOTFOUND) {
		vv_error_clear(err);
		return VV_OK;
	}
	if (rc < 0) {
		return rc;
	}
	for (i = 0; i < *count; i++) {
		char *name = (*names)[i];

		if (strlen(name) == NAME_LEN && vv_hex_is_lower(name, NAME_LEN)) {
			(*names)[i] = (*names)[kept];
			(*names)[kept++] = name;
		}
	}
	while (*count > kept) {
		vv_free((*names)[--*count]);
	}
	return VV_OK;
}

/* The folder's lock: a descriptor for vv_unlock, or VV_ELOCKED; VV_ENOTFOUND: it is gone. */
static int lock_folder(const char *folder, vv_error *err)
{
	char *path = vv_path_join(folder, VV_WRITER_LOCK, (char *)NULL);
	int fd;

	if (!path) {
		return vv_fail_nomem(err);
	}
	fd = vv_lock(path, true, 0, err);
	vv_free(path);
	return fd;
}

/* Calls fn for each folder that no transfer is at work in, under its lock. */
typedef vv_status (*folder_fn)(void *payload, const char *folder, vv_error *err);

static vv_status each_ended(vv_repository *r, const char *except, folder_fn fn, void *payload,
			    vv_error *err)
{
	char **names;
	size_t count, i;
	vv_status rc = folder_names(r, &names, &count, err);

	for (i = 0; rc == VV_OK && i < count; i++) {
		char *folder = folder_path(r, names[i]);
		int fd;

		if (!folder) {
			rc = vv_fail_nomem(err);
		} else if (!except || strcmp(folder, except) != 0) {
			fd = lock_folder(folder, err);
			if (fd >= 0) {
				rc = fn(payload, folder, err);
				vv_unlock(fd);
			} else if (fd != VV_ELOCKED && fd != VV_ENOTFOUND) {
				rc = (vv_status)fd;
			} else {
				vv_error_clear(err);
			}
		}
		vv_free(folder);
	}
	vv_names_free(names, count);
	return rc;
}

/* --- taking over --------------------------------------------------------------------- */

static vv_status move_one(const char *from_dir, const char *to_dir, const vv_pack_name *id,
			  vv_error *err)
{
	static const char *const parts[] = {"pack", "index"}; /* an index can be made again */
	char name[VV_PACK_NAME_MAX];
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; rc == VV_OK && i < 2; i++) {
		char *from, *to;

		vv_pack_name_write(name, id, parts[i]);
		from = vv_path_join(from_dir, name, (char *)NULL);
		to = vv_path_join(to_dir, name, (char *)NULL);
		if (!from || !to) {
			rc = vv_fail_nomem(err);
		} else if (i == 0 || vv_exists(from)) {
			rc = vv_rename(from, to, err);
		}
		vv_free(from);
		vv_free(to);
	}
	return rc;
}

static vv_status take_folder(void *payload, const char *folder, vv_error *err)
{
	const char *to = payload;
	char *packs = vv_path_join(folder, "packs", (char *)NULL), **names = NULL;
	size_t count = 0, i;
	vv_pack_name id;
	vv_status rc;

	if (!packs) {
		return vv_fail_nomem(err);
	}
	rc = vv_list_dir(&names, &count, packs, err);
	for (i = 0; rc == VV_OK && i < count; i++) {
		if (vv_pack_name_read(&id, names[i])) {
			rc = move_one(packs, to, &id, err);
		}
	}
	if (rc == VV_OK || rc == VV_ENOTFOUND) {
		rc = vv_remove_tree(folder, err);
	}
	vv_names_free(names, count);
	vv_free(packs);
	return rc;
}

/* --- counting ------------------------------------------------------------------------ */

typedef struct counting {
	vv_repository *repo;
	uint64_t blocks;
} counting;

static vv_status count_folder(void *payload, const char *folder, vv_error *err)
{
	counting *c = payload;
	vv_store *s = NULL;
	vv_store_stats stats;
	vv_status rc;

	if ((rc = vv_store_open(&s, folder, false, err)) == VV_OK &&
	    (rc = vv_store_stats_get(s, &stats, err)) == VV_OK) {
		c->blocks += stats.blocks;
	}
	vv_store_close(s);
	return rc;
}

vv_status vv_incoming_count(vv_repository *r, uint64_t *out, vv_error *err)
{
	counting c = {r, 0};
	vv_status rc = each_ended(r, NULL, count_folder, &c, err);

	*out = c.blocks;
	return rc;
}

/* --- what they stand on -------------------------------------------------------------- */

/* Every record of a pack, by its headers alone; base: of a difference whose base lies
 * elsewhere, else NULL. VV_ECORRUPT. */
typedef vv_status (*record_fn)(void *payload, const vv_place *place, const vv_record *r,
			       const vv_cid *base, vv_error *err);

static vv_status each_record(vv_pack *p, record_fn fn, void *payload, vv_error *err)
{
	vv_place place = {p, VV_PACK_HEADER_LEN};
	uint8_t peek[VV_RECORD_PEEK];
	vv_record r;
	size_t have;
	vv_status rc = VV_OK;

	while (rc == VV_OK && place.offset < p->records_end) {
		rc = vv_pack_record(p, place.offset, &r, peek, &have, err);
		if (rc == VV_OK) {
			bool apart = r.method == VV_METHOD_DIFF && r.distance == 0;

			rc = fn(payload, &place, &r, apart ? &r.base : NULL, err);
			place.offset += vv_record_len(&r);
		}
	}
	return rc;
}

typedef struct telling {
	vv_store *store;
	vv_pack_list *packs;
	vv_incoming_fn fn;
	void *payload;
	vv_buf raw;
} telling;

static vv_status tell_link(void *payload, const vv_cid *cid, vv_error *err)
{
	telling *t = payload;

	return t->fn(t->payload, cid, err);
}

static vv_status tell_record(void *payload, const vv_place *place, const vv_record *r,
			     const vv_cid *base, vv_error *err)
{
	telling *t = payload;
	vv_source src = {t->store, t->packs, NULL, false};
	vv_record again;
	vv_status rc;

	if ((rc = t->fn(t->payload, &r->cid, err)) < 0 ||
	    (base && (rc = t->fn(t->payload, base, err)) < 0) ||
	    r->cid.codec != VV_CODEC_DAG_CBOR) {
		return rc;
	}
	rc = vv_source_get_at(&src, place, &t->raw, &again, err);
	if (rc == VV_OK) {
		rc = vv_cbor_links(t->raw.data, t->raw.len, tell_link, t, err);
	}
	/* One that cannot be read keeps nothing. */
	if (rc == VV_ECORRUPT || rc == VV_EMISSING || rc == VV_EINPUT) {
		vv_error_clear(err);
		rc = VV_OK;
	}
	return rc;
}

static vv_status tell_folder(vv_repository *r, const char *folder, telling *t, vv_error *err)
{
	vv_store *under;
	vv_status rc;
	size_t i;

	if ((rc = vv_repository_store(r, &under, err)) < 0 ||
	    (rc = vv_store_open_over(&t->store, folder, under, false, err)) < 0) {
		return rc;
	}
	rc = vv_packs_renew(t->store, NULL, true, &t->packs, err);
	for (i = 0; rc == VV_OK && i < t->packs->own; i++) {
		rc = each_record(t->packs->packs[i], tell_record, t, err);
		if (rc == VV_ECORRUPT) {
			vv_error_clear(err);
			rc = VV_OK;
		}
	}
	vv_packs_unref(t->packs);
	t->packs = NULL;
	vv_store_close(t->store);
	t->store = NULL;
	return rc;
}

vv_status vv_incoming_each(vv_repository *r, vv_incoming_fn fn, void *payload, vv_error *err)
{
	telling t = {.fn = fn, .payload = payload};
	char **names;
	size_t count, i;
	vv_status rc = folder_names(r, &names, &count, err);

	for (i = 0; rc == VV_OK && i < count; i++) {
		char *folder = folder_path(r, names[i]);

		rc = folder ? tell_folder(r, folder, &t, err) : vv_fail_nomem(err);
		vv_free(folder);
	}
	vv_names_free(names, count);
	vv_buf_clear(&t.raw);
	return rc;
}

/* --- the end ------------------------------------------------------------------------- */

typedef struct expiring {
	int64_t now;
	uint64_t grace;
	bool dry_run;
} expiring;

/* When the youngest of its packs was made; *any: there is one. */
static vv_status youngest(const char *folder, int64_t *out, bool *any, vv_error *err)
{
	char *packs = vv_path_join(folder, "packs", (char *)NULL), **names = NULL;
	size_t count = 0, i;
	vv_pack_name id;
	vv_stat st;
	vv_status rc;

	*any = false;
	*out = INT64_MIN;
	if (!packs) {
		return vv_fail_nomem(err);
	}
	rc = vv_list_dir(&names, &count, packs, err);
	for (i = 0; rc == VV_OK && i < count; i++) {
		char *path = vv_path_join(packs, names[i], (char *)NULL);

		if (!path) {
			rc = vv_fail_nomem(err);
		} else if (vv_pack_name_read(&id, names[i]) && vv_lstat(&st, path, NULL) == VV_OK) {
			*any = true;
			*out = st.mtime_sec > *out ? st.mtime_sec : *out;
		}
		vv_free(path);
	}
	if (rc == VV_OK && !*any && vv_lstat(&st, packs, NULL) == VV_OK) {
		*out = st.mtime_sec;
	}
	vv_names_free(names, count);
	vv_free(packs);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status expire_folder(void *payload, const char *folder, vv_error *err)
{
	const expiring *e = payload;
	int64_t since;
	uint64_t grace;
	bool any;
	vv_status rc = youngest(folder, &since, &any, err);

	grace = any ? e->grace : EMPTY_SECONDS;
	if (rc < 0 || e->dry_run || grace > INT64_MAX || since > e->now ||
	    (since != INT64_MIN && (uint64_t)(e->now - since) < grace)) {
		return rc;
	}
	return vv_remove_tree(folder, err);
}

vv_status vv_incoming_expire(vv_repository *r, uint64_t grace_sec, bool dry_run, vv_error *err)
{
	expiring e = {.grace = grace_sec, .dry_run = dry_run};
	uint32_t nsec;

	vv_now(&e.now, &nsec);
	return each_ended(r, NULL, expire_folder, &e, err);
}

#define OPEN_TRIES 10u
#define LOCK_WAIT_MS 600000u /* a large add may be under way */
/* So little goes into the store's own small packs block by block. */
#define FEW_BLOCKS 2000u
#define FEW_BYTES (1u << 20)
/* Fetching so little again costs less than making it durable (four fsyncs). */
#define KEEP_BYTES (64u << 10)

struct vv_incoming {
	vv_repository *repo;
	vv_store *main; /* the repository's; borrowed */
	vv_store *own;
	char *folder;
	vv_writer *writer;      /* of own */
	vv_writer *promoted;    /* of main, once promoted: holds its lock */
	vv_mutex *keeping;      /* held while what was put is made durable */
	vv_mutex *lock;         /* guards relied */
	vv_cid_set *relied;     /* of main, as answered by has */
	uint64_t taken;         /* blocks taken over from others */
	const vv_cid_set *only; /* what promote moves; NULL: everything */
	bool unwanted;          /* there is something that only has not */
	bool incomplete;        /* what main has need not be whole below */
	bool moved;             /* nothing of ours is left to be kept */
	bool packed;            /* some of it is in packs of ours, or may be */
	bool folder_synced;     /* the folder itself is durable */
};

/* --- opening ---------------------------------------------------------------------------- */

static vv_status make_folder(vv_incoming *in, vv_error *err)
{
	char name[24], *lock = NULL;
	uint64_t number;
	vv_status rc;

	vv_random(&number, sizeof number);
	(void)snprintf(name, sizeof name, "%016llx", (unsigned long long)number);
	vv_free(in->folder);
	if (!(in->folder = folder_path(in->repo, name)) ||
	    !(lock = vv_path_join(in->folder, VV_WRITER_LOCK, (char *)NULL))) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_store_open_over(&in->own, in->folder, in->main, true, err)) == VV_OK &&
	    (rc = vv_writer_open(&in->writer, in->own, 0, err)) == VV_OK && !vv_exists(lock)) {
		rc = vv_fail(err, VV_ELOCKED, "'%s' was removed", vv_text_shows(in->folder));
	}
	if (rc < 0) {
		vv_writer_close(in->writer);
		in->writer = NULL;
		vv_store_close(in->own);
		in->own = NULL;
	}
	vv_free(lock);
	return rc;
}

/* Between making it and locking it another may have taken it for a leftover. */
static vv_status open_folder(vv_incoming *in, vv_error *err)
{
	unsigned tries = 0;
	vv_status rc;

	do {
		rc = make_folder(in, err);
	} while ((rc == VV_ELOCKED || rc == VV_ENOTFOUND) && ++tries < OPEN_TRIES);
	if (rc < 0 && in->folder) {
		(void)vv_remove_tree(in->folder, NULL);
	}
	return rc;
}

static bool is_wanted(const vv_incoming *in, const vv_cid *cid)
{
	return !in->only || vv_cid_set_has(in->only, cid);
}

/* --- blocks whose pack cannot stay ------------------------------------------------------- */

typedef struct salvage {
	vv_incoming *in;
	vv_pack_list *packs;
	bool lost;     /* something could not be read */
	bool unwanted; /* only what promote does not move */
	vv_buf raw;
} salvage;

/* Stores again what can be read; what cannot will be fetched again. */
static vv_status salvage_record(void *payload, const vv_place *place, const vv_record *r,
				const vv_cid *base, vv_error *err)
{
	salvage *s = payload;
	vv_source src = {s->in->own, s->packs, NULL, false};
	vv_record again;
	vv_cid real;
	bool kept;
	vv_status rc;

	(void)base;
	if (s->unwanted && is_wanted(s->in, &r->cid)) {
		return VV_OK;
	}
	rc = vv_source_get_at(&src, place, &s->raw, &again, err);
	if (rc == VV_OK &&
	    (rc = vv_cid_of(&real, r->cid.codec, s->raw.data, s->raw.len, err)) == VV_OK &&
	    vv_cid_equal(&real, &r->cid)) {
		return vv_writer_put_told(s->in->writer, &real, vv_buf_cstr(&s->raw), s->raw.len,
					  NULL, &kept, err);
	}
	if (rc == VV_ENOMEM || rc == VV_EIO) {
		return rc;
	}
	vv_error_clear(err);
	s->lost = true;
	return VV_OK;
}

/* Rewrites the packs that bad names, without what nobody can read (*lost: there was such);
 * differences become whole blocks. */
static vv_status rewrite_packs(vv_incoming *in, const bool *bad, vv_pack_list *l, bool unwanted,
			       bool *lost, vv_error *err)
{
	salvage s = {.in = in, .packs = l, .unwanted = unwanted};
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; i < l->own; i++) {
		if (bad[i]) { /* so that what is in it counts as not being here */
			vv_pack_set_damaged(l->packs[i], 0, "blocks in it are stored again");
		}
	}
	for (i = 0; rc == VV_OK && i < l->own; i++) {
		if (bad[i]) {
			rc = each_record(l->packs[i], salvage_record, &s, err);
			s.lost = s.lost || rc == VV_ECORRUPT;
			rc = rc == VV_ECORRUPT ? VV_OK : rc;
		}
	}
	*lost = s.lost;
	if (rc == VV_OK) {
		rc = vv_writer_commit(in->writer, err);
	}
	for (i = 0; rc == VV_OK && i < l->own; i++) {
		if (bad[i]) {
			rc = vv_store_remove_pack(in->own, &l->packs[i]->id, err);
		}
	}
	vv_buf_clear(&s.raw);
	return rc < 0 ? rc : vv_writer_renew(in->writer, err);
}

typedef struct judging {
	vv_incoming *in;
	vv_source src;
	uint64_t blocks;
} judging;

static vv_status judge_record(void *payload, const vv_place *place, const vv_record *r,
			      const vv_cid *base, vv_error *err)
{
	judging *j = payload;
	vv_place found;
	vv_record other;

	(void)place;
	(void)r;
	j->blocks++;
	if (base && vv_source_find(&j->src, base, &found, &other, NULL) < 0) {
		return vv_fail(err, VV_ECORRUPT, "a base is not here");
	}
	return VV_OK;
}

typedef struct verdict {
	bool good;       /* no pack had to be rewritten */
	bool lost;       /* and something was lost then */
	uint64_t blocks; /* records, repeats counted; of good packs */
} verdict;

/* Are all records of our packs where they should be, and all bases here? With scan the
 * packs' hashes are checked too. Packs that are not good are rewritten. */
static vv_status check_packs(vv_incoming *in, bool scan, verdict *v, vv_error *err)
{
	vv_pack_scan nothing = {NULL, NULL, NULL};
	judging j = {.in = in};
	vv_pack_list *l = NULL;
	bool *bad = NULL, sound;
	vv_status rc;
	size_t i;

	*v = (verdict){.good = true};
	if ((rc = vv_packs_renew(in->own, NULL, true, &l, err)) < 0) {
		return rc;
	}
	j.src = (vv_source){in->own, l, NULL, true};
	if (!(bad = vv_calloc(l->own + 1, sizeof *bad))) {
		rc = vv_fail_nomem(err);
	}
	for (i = 0; rc == VV_OK && i < l->own; i++) {
		uint64_t before = j.blocks;

		sound = true;
		rc = each_record(l->packs[i], judge_record, &j, err);
		if (rc == VV_OK && scan) {
			rc = vv_pack_scan_all(l->packs[i], &nothing, &sound, err);
		}
		bad[i] = rc == VV_ECORRUPT || !sound || vv_pack_is_damaged(l->packs[i]);
		rc = rc == VV_ECORRUPT ? VV_OK : rc;
		v->good = v->good && !bad[i];
		j.blocks = bad[i] ? before : j.blocks;
	}
	v->blocks = j.blocks;
	if (rc == VV_OK && !v->good) {
		vv_error_clear(err);
		rc = rewrite_packs(in, bad, l, false, &v->lost, err);
	}
	vv_free(bad);
	vv_packs_unref(l);
	return rc;
}

static vv_status take_over(vv_incoming *in, vv_error *err)
{
	verdict v;
	vv_status rc = each_ended(in->repo, in->folder, take_folder, in->own->packs_dir, err);

	if (rc < 0 || (rc = vv_writer_renew(in->writer, err)) < 0 ||
	    (rc = check_packs(in, false, &v, err)) < 0) {
		return rc;
	}
	in->taken = v.blocks;
	in->packed = !v.good; /* the writer has counted what was rewritten */
	return VV_OK;
}

vv_status vv_incoming_open(vv_incoming **out, vv_repository *r, vv_error *err)
{
	vv_incoming *in = vv_calloc(1, sizeof *in);
	vv_status rc;

	*out = NULL;
	if (!in) {
		return vv_fail_nomem(err);
	}
	in->repo = r;
	in->keeping = vv_mutex_new();
	in->lock = vv_mutex_new();
	in->relied = vv_cid_set_new();
	if (!in->keeping || !in->lock || !in->relied) {
		rc = vv_fail_nomem(err);
	} else if ((rc = vv_repository_store(r, &in->main, err)) == VV_OK &&
		   (rc = vv_repository_incomplete(r, &in->incomplete, err)) == VV_OK &&
		   (rc = open_folder(in, err)) == VV_OK) {
		rc = take_over(in, err);
	}
	if (rc < 0) {
		vv_incoming_close(in);
	} else {
		*out = in;
	}
	return rc;
}

void vv_incoming_close(vv_incoming *in)
{
	if (!in) {
		return;
	}
	if (in->writer) {
		if (!in->moved || in->unwanted) {
			(void)vv_writer_commit(in->writer, NULL);
		}
		if (in->moved ? !in->unwanted : vv_incoming_blocks(in) == 0) {
			(void)vv_remove_tree(in->folder, NULL);
		}
	}
	vv_writer_close(in->writer);
	vv_store_close(in->own);
	vv_writer_close(in->promoted);
	vv_cid_set_free(in->relied);
	vv_mutex_free(in->lock);
	vv_mutex_free(in->keeping);
	vv_free(in->folder);
	vv_free(in);
}

/* --- blocks ------------------------------------------------------------------------------- */

uint64_t vv_incoming_blocks(const vv_incoming *in)
{
	vv_writer_stats stats;

	vv_writer_stats_get(in->writer, &stats);
	return in->taken + stats.blocks_new;
}

static bool rely(vv_incoming *in, const vv_cid *cid)
{
	bool added;
	vv_status rc;

	vv_mutex_lock(in->lock);
	rc = vv_cid_set_add(in->relied, cid, &added, NULL);
	vv_mutex_unlock(in->lock);
	return rc == VV_OK;
}

/* What gc has set aside will be removed: it is taken as if it had come. */
static bool take_from_aside(vv_incoming *in, const vv_cid *cid)
{
	vv_buf raw = VV_BUF_INIT;
	bool kept, good;

	good = vv_store_get(in->main, cid, &raw, NULL) == VV_OK &&
	       vv_incoming_put(in, cid, vv_buf_cstr(&raw), raw.len, NULL, &kept, NULL) == VV_OK;
	vv_buf_clear(&raw);
	return good;
}

bool vv_incoming_has(vv_incoming *in, const vv_cid *cid, bool *below)
{
	*below = false;
	if (vv_store_has_live(in->main, cid)) {
		*below = !in->incomplete && rely(in, cid);
		return *below || rely(in, cid);
	}
	return vv_writer_has(in->writer, cid) || take_from_aside(in, cid);
}

vv_status vv_incoming_get(vv_incoming *in, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_writer_get(in->writer, cid, out, err);
}

vv_status vv_incoming_find_prefix(vv_incoming *in, uint8_t codec, const uint8_t prefix[8],
				  vv_cid *out, vv_error *err)
{
	uint64_t number = vv_prefix_of(prefix);
	unsigned fresh_count, count;
	vv_cid fresh;
	vv_status rc;

	/* In this order: a block that is being kept just now is found twice and not never. */
	fresh_count = vv_writer_find_prefix(in->writer, codec, number, &fresh);
	if ((rc = vv_store_match_prefix(in->own, codec, number, out, &count, err)) < 0) {
		return rc;
	}
	if (fresh_count > 0 && (count == 0 || !vv_cid_equal(&fresh, out))) {
		*out = fresh;
		count += fresh_count;
	}
	return count == 1 ? VV_OK : vv_prefix_not_one(count, err);
}

/* What was not kept because the store has it has to be there still in the end. */
static vv_status rely_if_there(vv_incoming *in, const vv_cid *cid, vv_error *err)
{
	return !vv_store_has_live(in->main, cid) || rely(in, cid) ? VV_OK : vv_fail_nomem(err);
}

/* While another thread keeps what was put nothing is taken. */
static bool wait_for_keeping(vv_incoming *in, vv_status rc)
{
	if (rc != VV_ELOCKED) {
		return false;
	}
	vv_mutex_lock(in->keeping);
	vv_mutex_unlock(in->keeping);
	return true;
}

vv_status vv_incoming_put(vv_incoming *in, const vv_cid *cid, const void *bytes, size_t len,
			  const vv_cid *base, bool *kept, vv_error *err)
{
	vv_status rc;

	do {
		rc = vv_writer_put_told(in->writer, cid, bytes, len, base, kept, err);
	} while (wait_for_keeping(in, rc));
	return rc < 0 || *kept ? rc : rely_if_there(in, cid, err);
}

static vv_status sync_folder(vv_incoming *in, vv_error *err)
{
	char *above;
	vv_status rc;

	if (in->folder_synced) {
		return VV_OK;
	}
	if (!(above = vv_path_dir(in->folder))) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_fsync_dir(in->folder, err)) == VV_OK) {
		rc = vv_fsync_dir(above, err);
	}
	in->folder_synced = rc == VV_OK;
	vv_free(above);
	return rc;
}

static vv_status keep_all(vv_incoming *in, vv_error *err)
{
	vv_status rc;

	vv_mutex_lock(in->keeping);
	in->packed = true;
	rc = vv_writer_commit(in->writer, err);
	vv_mutex_unlock(in->keeping);
	return rc;
}

vv_status vv_incoming_keep(vv_incoming *in, vv_error *err)
{
	vv_status rc;

	if (vv_writer_pending(in->writer) < KEEP_BYTES) {
		return VV_OK;
	}
	rc = keep_all(in, err);
	return rc < 0 ? rc : sync_folder(in, err);
}

/* --- becoming part of the store ------------------------------------------------------------ */

/* gc may have been at work since has answered. */
static vv_status check_relied(vv_incoming *in, vv_error *err)
{
	size_t count = (size_t)vv_cid_set_count(in->relied);

	for (size_t i = 0; i < count; i++) {
		if (!vv_writer_has(in->promoted, vv_cid_set_at(in->relied, i))) {
			(void)vv_fail(err, VV_ECONFLICT,
				      "blocks that were here were removed meanwhile");
			return vv_hint(err, "run the command again: what came is kept");
		}
	}
	return VV_OK;
}

void vv_incoming_only(vv_incoming *in, const vv_cid_set *wanted)
{
	in->only = wanted;
}

static vv_status find_unwanted(void *payload, const vv_place *place, const vv_record *r,
			       const vv_cid *base, vv_error *err)
{
	vv_incoming *in = payload;

	(void)place;
	(void)base;
	(void)err;
	in->unwanted |= !is_wanted(in, &r->cid);
	return VV_OK;
}

typedef struct moving {
	vv_incoming *in;
	vv_buf raw;
} moving;

static vv_status move_block(void *payload, const vv_place *place, const vv_record *r,
			    const vv_cid *base, vv_error *err)
{
	moving *m = payload;
	vv_cid real_base;
	vv_status rc;

	if (!is_wanted(m->in, &r->cid)) {
		return VV_OK;
	}
	if (r->method == VV_METHOD_DIFF && !base &&
	    vv_place_base(place, r, &real_base, NULL) == VV_OK) {
		base = &real_base;
	}
	if ((rc = vv_store_get(m->in->own, &r->cid, &m->raw, err)) < 0) {
		return rc;
	}
	return vv_writer_put(m->in->promoted, &r->cid, vv_buf_cstr(&m->raw), m->raw.len, base, err);
}

static vv_status move_blocks(vv_incoming *in, const vv_pack_list *l, vv_error *err)
{
	moving m = {.in = in};
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; i < l->own; i++) {
		if ((rc = each_record(l->packs[i], move_block, &m, err)) < 0) {
			break;
		}
	}
	vv_buf_clear(&m.raw);
	return rc < 0 ? rc : vv_writer_commit(in->promoted, err);
}

static vv_status put_pending(void *payload, const vv_cid *cid, const vv_cid *base, vv_error *err)
{
	moving *m = payload;
	vv_status rc;

	if (!is_wanted(m->in, cid)) {
		m->in->unwanted = true; /* close keeps it */
		return VV_OK;
	}
	rc = vv_writer_get(m->in->writer, cid, &m->raw, err);
	return rc < 0 ? rc
		      : vv_writer_put(m->in->promoted, cid, vv_buf_cstr(&m->raw), m->raw.len, base,
				      err);
}

/* What never became a pack of ours need not become one. */
static vv_status move_pending(vv_incoming *in, vv_error *err)
{
	moving m = {.in = in};
	vv_status rc = vv_writer_each_pending(in->writer, put_pending, &m, err);

	vv_buf_clear(&m.raw);
	return rc < 0 ? rc : vv_writer_commit(in->promoted, err);
}

/* What was not moved waits for the rest of its version, without what was. */
static vv_status leave_unwanted(vv_incoming *in, vv_pack_list *l, vv_error *err)
{
	bool *all = vv_malloc(l->own + 1), lost;
	vv_status rc;

	if (!all) {
		return vv_fail_nomem(err);
	}
	memset(all, true, l->own + 1);
	rc = rewrite_packs(in, all, l, true, &lost, err);
	vv_free(all);
	return rc;
}

static vv_status enter_store(vv_incoming *in, vv_error *err)
{
	vv_pack_list *l = NULL;
	uint64_t bytes = 0;
	verdict v;
	vv_status rc;
	size_t i;

	if ((rc = keep_all(in, err)) < 0 || (rc = check_packs(in, true, &v, err)) < 0) {
		return rc;
	}
	if (!v.good && !v.lost) { /* a base went away meanwhile, say */
		rc = check_packs(in, true, &v, err);
	}
	if (rc == VV_OK && !v.good) {
		(void)vv_fail(err, VV_ECORRUPT, "some of the blocks that wait in '%s' are damaged",
			      vv_text_shows(in->folder));
		return vv_hint(err, "run the command again: these are fetched anew");
	}
	if (rc < 0) {
		return rc;
	}
	if ((rc = vv_packs_renew(in->own, NULL, true, &l, err)) < 0) {
		return rc;
	}
	for (i = 0; i < l->own; i++) {
		bytes += l->packs[i]->stat.size;
		if (in->only && (rc = each_record(l->packs[i], find_unwanted, in, err)) < 0) {
			goto done;
		}
	}
	rc = in->unwanted || (v.blocks <= FEW_BLOCKS && bytes <= FEW_BYTES)
		     ? move_blocks(in, l, err)
		     : vv_writer_take_packs(in->promoted, l, err);
	if (rc == VV_OK && in->unwanted) {
		/* The store is as it should be; at worst these are fetched again. */
		(void)leave_unwanted(in, l, NULL);
	}
done:
	vv_packs_unref(l);
	return rc;
}

vv_status vv_incoming_promote(vv_incoming *in, vv_error *err)
{
	vv_status rc;

	if (in->moved) {
		return VV_OK;
	}
	if ((rc = vv_writer_open(&in->promoted, in->main, LOCK_WAIT_MS, err)) < 0) {
		return rc;
	}
	if ((rc = check_relied(in, err)) == VV_OK && vv_incoming_blocks(in) > 0) {
		rc = in->taken > 0 || in->packed || vv_writer_pending(in->writer) > FEW_BYTES
			     ? enter_store(in, err)
			     : move_pending(in, err);
	}
	if (rc < 0) {
		vv_writer_close(in->promoted);
		in->promoted = NULL;
	}
	in->moved = rc == VV_OK;
	return rc;
}

vv_status vv_incoming_show(vv_incoming *in, vv_repository *with, vv_error *err)
{
	vv_status rc = vv_writer_commit(in->writer, err);

	if (rc < 0) {
		return rc;
	}
	in->packed = true;
	if (!with->store_lent) {
		vv_store_close(with->store);
	}
	with->store = in->own;
	with->store_lent = true;
	return VV_OK;
}
