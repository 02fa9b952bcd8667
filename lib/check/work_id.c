/*
 * work_id: entries of the index, and what of the work tree differs from them.
 */
#include "lib/check/work_id.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/git/index/index.h"

typedef struct hashing {
	vv_repository *repo;
	const vv_index *x;
	vv_xxh3_state *hash;
	int top; /* the work tree's folder */
} hashing;

/* A file of the work tree; one that is missing, or no file, counts as such. */
static vv_status add_file(hashing *h, const char *path, vv_error *err)
{
	vv_auto(char) *file = vv_path_join(vv_repository_workdir(h->repo), path, (char *)NULL);
	vv_error why;
	uint64_t len;

	if (!file) return vv_fail_nomem(err);
	int fd = vv_open_regular(file, O_RDONLY, &why);
	if (fd < 0) {
		vv_xxh3_update(h->hash, &why.code, sizeof(why.code));
		return VV_OK;
	}
	vv_status rc = vv_hash_rest(h->hash, &len, fd, file, err);
	(void)vv_close(fd, file, &why);
	return rc;
}

/* The package of the folder that the first len bytes of a path are, where the index does not have it. */
static vv_status add_package(hashing *h, const char *path, size_t len, vv_error *err)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_index_entry unused;
	vv_status rc;

	vv_buf_printf(&name, "%.*sdatapackage.json", (int)len, path);
	if ((rc = vv_buf_ok(&name, err)) < 0 || vv_index_get(h->x, vv_buf_cstr(&name), &unused)) {
		return rc;
	}
	return add_file(h, vv_buf_cstr(&name), err);
}

/* Those above a path that the path before has not. */
static vv_status add_packages(hashing *h, const char *path, const char *before, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; path[i] && rc == VV_OK; i++) {
		if (path[i] == '/' && strncmp(path, before, i + 1) != 0) {
			rc = add_package(h, path, i + 1, err);
		}
	}
	return rc;
}

static vv_status add_entry(hashing *h, const vv_index_entry *e, bool work, vv_error *err)
{
	const uint32_t is[] = {e->mode, (uint32_t)e->stage};
	vv_stat st;

	vv_xxh3_update(h->hash, e->path, strlen(e->path) + 1);
	vv_xxh3_update(h->hash, is, sizeof(is));
	vv_xxh3_update(h->hash, &e->id, sizeof(e->id));
	if (!work) return VV_OK;
	return vv_lstat_at(&st, h->top, e->path, VV_IGNORED) == VV_OK &&
			       vv_index_stat_clean(h->x, e, &st)
		       ? VV_OK
		       : add_file(h, e->path, err);
}

vv_status vv_work_id(vv_hash128 *out, bool *has, vv_repository *r, const char *path, bool work,
		     vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_auto(vv_xxh3_state) *hash = vv_xxh3_new(0);
	hashing h = {.repo = r, .hash = hash};
	const size_t document = strcspn(path, "#");
	const char *before = "";
	vv_index_entry e;
	vv_status rc;

	*has = false;
	if (!hash) return vv_fail_nomem(err);
	if ((rc = vv_index_open(&x, r, err)) < 0) return rc;
	if (work && (h.top = vv_repository_open_top(r, err)) < 0) return (vv_status)h.top;
	h.x = x;
	rc = work ? add_package(&h, "", 0, err) : VV_OK;
	for (size_t i = 0; i < vv_index_count(x) && rc == VV_OK; i++, before = e.path) {
		vv_index_at(x, i, &e);
		*has = *has || strcmp(e.path, path) == 0 ||
		       (strncmp(e.path, path, document) == 0 && !e.path[document]);
		if ((rc = add_entry(&h, &e, work, err)) == VV_OK && work) {
			rc = add_packages(&h, e.path, before, err);
		}
	}
	*out = vv_xxh3_digest128(hash);
	(void)vv_close(work ? h.top : -1, NULL, VV_IGNORED);
	return rc;
}
