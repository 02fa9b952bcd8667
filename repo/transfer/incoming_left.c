/*
 * incoming_left: what ended transfers have left: taking it over, counting it, keeping gc
 * from what it stands on, and removing it in the end.
 */
#include <string.h>

#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/cbor.h"
#include "repo/transfer/incoming_internal.h"

#define NAME_LEN 16u
#define EMPTY_SECONDS 3600 /* a folder without packs may be one that is just being made */

static bool is_folder_name(const char *name)
{
	return strlen(name) == NAME_LEN && strspn(name, "0123456789abcdef") == NAME_LEN;
}

char *vv_incoming_folder(vv_repository *r, const char *name)
{
	return vv_path_join(vv_repository_varvedir(r), VV_INCOMING_DIR, name, (char *)NULL);
}

vv_status vv_incoming_folders(vv_repository *r, char ***names, size_t *count, vv_error *err)
{
	char *dir = vv_path_join(vv_repository_varvedir(r), VV_INCOMING_DIR, (char *)NULL);
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
	for (i = 0; rc == VV_OK && i < *count; i++) {
		if (is_folder_name((*names)[i])) {
			char *name = (*names)[i];

			(*names)[i] = (*names)[kept];
			(*names)[kept++] = name;
		}
	}
	for (i = kept; rc == VV_OK && i < *count; i++) {
		vv_free((*names)[i]);
	}
	*count = rc == VV_OK ? kept : *count;
	return rc;
}

int vv_incoming_lock(const char *folder, vv_error *err)
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
	vv_status rc = vv_incoming_folders(r, &names, &count, err);

	for (i = 0; rc == VV_OK && i < count; i++) {
		char *folder = vv_incoming_folder(r, names[i]);
		int fd;

		if (!folder) {
			rc = vv_fail_nomem(err);
		} else if (!except || strcmp(folder, except) != 0) {
			fd = vv_incoming_lock(folder, err);
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

vv_status vv_incoming_take_over(vv_repository *r, const char *own_folder, const char *packs_dir,
				vv_error *err)
{
	return each_ended(r, own_folder, take_folder, (void *)(uintptr_t)packs_dir, err);
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

vv_status vv_incoming_records(vv_pack *p, vv_incoming_record_fn fn, void *payload, vv_error *err)
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
		rc = vv_incoming_records(t->packs->packs[i], tell_record, t, err);
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
	vv_status rc = vv_incoming_folders(r, &names, &count, err);

	for (i = 0; rc == VV_OK && i < count; i++) {
		char *folder = vv_incoming_folder(r, names[i]);

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
