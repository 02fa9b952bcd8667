/*
 * incoming_leftovers: the folders of incoming/, and what to do with those whose transfers have ended.
 */
#include "repo/known/incoming.h"

#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "base/file.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/chain.h"
#include "repo/blocks/pack_list.h"
#include "repo/blocks/record.h"
#include "repo/blocks/store.h"
#include "repo/blocks/store_state.h"
#include "repo/git/repository_internal.h"
#include "repo/known/incoming_internal.h"

#define NAME_LEN 16u

/* .git/varve/incoming/<16 hex>/ is a store over the repository's own. Its writer.lock is locked
 * during the transfer: a process that gets the lock may take over or remove everything. */
#define INCOMING_DIR "incoming"

char *vv_leftover_folder(vv_repository *r, const char *name)
{
	return vv_path_join(vv_repository_varvedir(r), INCOMING_DIR, name, (char *)NULL);
}

static vv_status folders_read(vv_folder *f, vv_repository *r, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(vv_repository_varvedir(r), INCOMING_DIR, (char *)NULL);

	return vv_folder_read(f, dir, true, err);
}

/* The next folder of a transfer. */
static bool folders_next(vv_folder *f)
{
	while (vv_folder_next(f)) {
		if (strlen(f->name) == NAME_LEN && vv_hex_is_lower(f->name, NAME_LEN)) return true;
	}
	return false;
}

/* The unfinished file of a killed transfer becomes a pack without an end: its complete records can
 * be read. */
static vv_status keep_torn(const char *folder, vv_error *err)
{
	vv_auto(char) *packs = vv_path_join(folder, "packs", (char *)NULL);
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, packs, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		char name[VV_PACK_NAME_MAX];
		vv_pack_name id = {0};
		vv_stat st;

		if (strncmp(f.name, VV_TEMP_PREFIX, strlen(VV_TEMP_PREFIX)) != 0) {
			continue;
		}
		vv_random(id.hash, sizeof(id.hash));
		vv_pack_name_write(name, &id, "pack");
		vv_auto(char) *to = vv_path_join(packs, name, (char *)NULL);
		if ((rc = vv_lstat(&st, f.path, err)) == VV_OK) {
			rc = st.size > VV_PACK_HEADER_LEN ? vv_rename(f.path, to, err)
							  : vv_unlink(f.path, true, err);
		}
	}
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

vv_status vv_leftovers_each(vv_repository *r, const char *except, vv_leftover_fn fn, void *payload,
			    vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc = folders_read(&f, r, err);

	while (rc == VV_OK && folders_next(&f)) {
		if (except && strcmp(f.path, except) == 0) {
			continue;
		}
		vv_auto(vv_fd) lock = vv_lock_leftover(f.path, VV_WRITER_LOCK, err);
		rc = lock < 0 ? vv_error_excuse((vv_status)lock,
						lock == VV_ELOCKED || lock == VV_ENOTFOUND, err)
			      : keep_torn(f.path, err);
		rc = lock < 0 || rc < 0 ? rc : fn(payload, f.path, err);
	}
	return rc;
}

/* --- counting ------------------------------------------------------------------------ */

static vv_status count_folder(void *blocks, const char *folder, vv_error *err)
{
	vv_auto(vv_store) *s = NULL;
	vv_store_stats stats;
	vv_status rc;

	if ((rc = vv_store_open(&s, folder, false, err)) == VV_OK &&
	    (rc = vv_store_stats_get(s, &stats, err)) == VV_OK) {
		*(uint64_t *)blocks += stats.blocks;
	}
	return rc;
}

vv_status vv_incoming_count(vv_repository *r, uint64_t *out, vv_error *err)
{
	*out = 0;
	return vv_leftovers_each(r, NULL, count_folder, out, err);
}

/* --- bases -------------------------------------------------------------- */

vv_status vv_pack_each_record(vv_pack *p, vv_record_fn fn, void *payload, vv_error *err)
{
	vv_place place = {p, VV_PACK_HEADER_LEN};
	vv_record r;
	vv_status rc = VV_OK;

	while (rc == VV_OK && place.offset < p->records_end) {
		rc = vv_pack_record(p, place.offset, &r, err);
		if (rc == VV_OK) {
			bool apart = vv_method_has_base(r.method) && r.distance == 0;

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
	vv_status
		answer; /* last result of fn; a failure of fn does not mean that data is damaged */
	vv_buf raw;
} telling;

static vv_status tell_link(void *payload, const vv_cid *cid, vv_error *err)
{
	telling *t = payload;

	return t->answer = t->fn(t->payload, cid, err);
}

static vv_status tell_record(void *payload, const vv_place *place, const vv_record *r,
			     const vv_cid *base, vv_error *err)
{
	telling *t = payload;
	vv_chain_packs src = {t->store, t->packs, NULL, false};
	vv_record again;
	vv_status rc;

	if ((rc = tell_link(t, &r->cid, err)) < 0 || (base && (rc = tell_link(t, base, err)) < 0) ||
	    r->cid.codec != VV_CODEC_DAG_CBOR) {
		return rc;
	}
	rc = vv_chain_get_at(&src, place, &t->raw, &again, err);
	rc = rc < 0 ? rc : vv_cbor_links(t->raw.data, t->raw.len, tell_link, t, err);
	/* One that cannot be read keeps nothing. */
	return vv_error_excuse(
		rc, t->answer >= 0 && (rc == VV_ECORRUPT || rc == VV_EMISSING || rc == VV_EINPUT),
		err);
}

static vv_status tell_folder(vv_repository *r, const char *folder, telling *t, vv_error *err)
{
	vv_auto(vv_store) *store = NULL;
	vv_auto(vv_pack_list) *l = NULL;
	vv_store *under;
	vv_status rc;

	if ((rc = vv_repository_store(r, &under, err)) < 0 ||
	    (rc = vv_store_open_over(&store, folder, under, false, err)) < 0 ||
	    (rc = vv_packs_renew(store, NULL, true, &l, err)) < 0) {
		return rc;
	}
	t->store = store;
	t->packs = l;
	for (size_t i = 0; rc == VV_OK && i < l->own; i++) {
		rc = vv_pack_each_record(l->packs[i], tell_record, t, err);
		rc = vv_error_excuse(rc, t->answer >= 0 && rc == VV_ECORRUPT, err);
	}
	return rc;
}

vv_status vv_incoming_each(vv_repository *r, vv_incoming_fn fn, void *payload, vv_error *err)
{
	telling t = {.fn = fn, .payload = payload};
	vv_auto(vv_folder) f = {0};
	vv_status rc = folders_read(&f, r, err);

	while (rc == VV_OK && folders_next(&f)) {
		rc = tell_folder(r, f.path, &t, err);
	}
	vv_buf_clear(&t.raw);
	return rc;
}

/* --- the end ------------------------------------------------------------------------- */

typedef struct expiring {
	int64_t now;
	uint64_t grace;
} expiring;

/* When the youngest of its packs was made. INT64_MIN: it has none. */
static vv_status youngest_pack(const char *folder, int64_t *out, vv_error *err)
{
	vv_auto(char) *packs = vv_path_join(folder, "packs", (char *)NULL);
	vv_auto(vv_folder) f = {0};
	vv_pack_name id;
	vv_stat st;
	vv_status rc = vv_folder_read(&f, packs, false, err);

	*out = INT64_MIN;
	while (rc == VV_OK && vv_folder_next(&f)) {
		if (vv_pack_name_read(&id, f.name) && vv_lstat(&st, f.path, NULL) == VV_OK) {
			*out = st.mtime_sec > *out ? st.mtime_sec : *out;
		}
	}
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

/* Removes a folder without packs at once, because a process that did not get the lock of its new folder
 * makes another one. */
static vv_status expire_folder(void *payload, const char *folder, vv_error *err)
{
	const expiring *e = payload;
	int64_t since;
	vv_status rc = youngest_pack(folder, &since, err);

	if (rc < 0 || (since != INT64_MIN && (e->grace > INT64_MAX || since > e->now ||
					      (uint64_t)(e->now - since) < e->grace))) {
		return rc;
	}
	return vv_remove_leftover(folder, VV_WRITER_LOCK, err);
}

vv_status vv_incoming_expire(vv_repository *r, uint64_t grace_sec, vv_error *err)
{
	expiring e = {.grace = grace_sec, .now = vv_now_sec()};

	return vv_leftovers_each(r, NULL, expire_folder, &e, err);
}

/* --- removal ---------------------------------------------------------------- */

typedef struct tidying {
	vv_store *main;
	bool needed; /* some block of the folder is nowhere else */
} tidying;

static vv_status look_for_record(void *payload, const vv_place *place VV_UNUSED, const vv_record *r,
				 const vv_cid *base VV_UNUSED, vv_error *err VV_UNUSED)
{
	tidying *t = payload;

	t->needed |= !vv_store_has_live(t->main, &r->cid);
	return VV_OK;
}

vv_status vv_leftover_tidy(vv_store *main, const char *folder, vv_error *err)
{
	tidying t = {.main = main};
	vv_auto(vv_store) *s = NULL;
	vv_auto(vv_pack_list) *l = NULL;
	vv_status rc;

	if ((rc = vv_store_open(&s, folder, false, err)) < 0 ||
	    (rc = vv_packs_get(s, &l, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && !t.needed && i < l->own; i++) {
		rc = vv_pack_each_record(l->packs[i], look_for_record, &t, err);
		rc = rc == VV_ECORRUPT ? VV_OK : rc;
	}
	return rc < 0 || t.needed ? rc : vv_remove_leftover(folder, VV_WRITER_LOCK, err);
}

static vv_status tidy_folder(void *payload, const char *folder, vv_error *err)
{
	return vv_leftover_tidy(payload, folder, err);
}

vv_status vv_incoming_tidy(vv_repository *r, vv_error *err)
{
	vv_store *main;
	vv_status rc = vv_repository_store(r, &main, err);

	return rc < 0 ? rc : vv_leftovers_each(r, NULL, tidy_folder, main, err);
}
