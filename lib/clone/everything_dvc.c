/*
 * everything_dvc: replaces the outputs that .dvc files and dvc.lock name by tables: all files of an
 * output, or none.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "lib/clone/dvc_file.h"
#include "lib/clone/everything_internal.h"
#include "lib/worktree/add_plan.h"
#include "repo/git/blob.h"

/* The folder that has .dvc in the work tree, of those above; "" where none has. */
static vv_status dvc_top(migration *m, vv_buf *out, const char *folder, vv_error *err)
{
	size_t len = strlen(folder);

	for (;;) {
		vv_auto(char) *top = NULL;
		vv_auto(char) *dvc = NULL;

		vv_buf_set(out, folder, len);
		if (vv_buf_ok(out, err) < 0 ||
		    !(top = vv_repository_file(m->repo, vv_buf_cstr(out))) ||
		    !(dvc = vv_path_join(top, ".dvc", (char *)NULL))) {
			return vv_fail_nomem(err);
		}
		if (len == 0 || vv_exists(dvc)) return VV_OK;
		for (len--; len > 0 && folder[len - 1] != '/'; len--) {
		}
	}
}

/* DVC makes Git ignore its files, with a line "/NAME". Trees and blobs are written only in the second
 * walk. */
static vv_status end_ignoring(migration *m, vv_folder_edit *f, const char *name, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT, kept = VV_BUF_INIT;
	vv_folder_entry *e = vv_folder_edit_find(f, ".gitignore");
	vv_oid id;
	vv_status rc;

	if (!m->writing || !e || !S_ISREG(e->mode)) return VV_OK;
	if ((rc = vv_blob_read(m->repo, &e->id, MIGRATION_TEXT_MAX, &text, err)) < 0) return rc;
	for (const char *p = vv_buf_cstr(&text), *end = p + text.len, *next; p < end; p = next) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol ? eol : end) - p);

		next = eol ? eol + 1 : end;
		if (len != strlen(name) + 1 || *p != '/' || memcmp(p + 1, name, len - 1) != 0) {
			vv_buf_put(&kept, p, (size_t)(next - p));
		}
	}
	if (kept.len == 0) {
		vv_folder_edit_remove(f, e);
		return VV_OK;
	}
	rc = migration_write_blob(m, &kept, &id, err);
	return rc < 0 ? rc : vv_folder_edit_put(f, ".gitignore", e->mode, &id, err);
}

/* An output of DVC: a file, or all files of a folder. */
typedef struct kept {
	const vv_dvc_out *out;
	vv_dvc_file files; /* from its folder; of a file one without a path */
	vv_oid *ids;       /* of them, once they are stored */
	size_t wanted;     /* match a pattern */
	bool odd;          /* its list cannot be read, or Git has something there */
} kept;

static void kept_clear(kept *k)
{
	vv_dvc_file_clear(&k->files);
	vv_free(k->ids);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(vv_buf_cstr(&((vv_dvc_out *)(uintptr_t)a)->path),
		      vv_buf_cstr(&((vv_dvc_out *)(uintptr_t)b)->path));
}

/* Has Git something at the path, below f? */
static vv_status is_taken(vv_folder_edit *f, const char *path, bool *out, vv_error *err)
{
	const char *slash = strchr(path, '/');
	vv_auto(char) *name = vv_strndup(path, slash ? (size_t)(slash - path) : strlen(path));
	const vv_folder_entry *e = name ? vv_folder_edit_find(f, name) : NULL;
	vv_folder_edit below;

	if (!name) return vv_fail_nomem(err);
	*out = e && (!slash || !S_ISDIR(e->mode));
	if (!e || *out) return VV_OK;
	vv_status rc = vv_folder_edit_below(&below, f, name, err);
	rc = rc < 0 ? rc : is_taken(&below, slash + 1, out, err);
	return vv_folder_edit_end(&below, f, rc, err);
}

/* "a/b/x.csv" of a file in an output. */
static vv_status put_path(vv_buf *out, const vv_folder_edit *f, const kept *k, size_t at,
			  vv_error *err)
{
	const vv_buf *path = &k->files.outs[at].path;

	vv_buf_printf(out, "%s%s%s%s", f->path, k->out->path.data, path->len > 0 ? "/" : "",
		      vv_buf_cstr(path));
	return vv_buf_ok(out, err);
}

/* Which files these are, and how many of them are wanted. */
static vv_status look_at(migration *m, vv_folder_edit *f, const char *top, kept *k, vv_error *err)
{
	vv_status rc = is_taken(f, k->out->path.data, &k->odd, err);

	if (rc < 0 || k->odd) return rc;
	if (k->out->folder) {
		rc = vv_migrated_dvc_list(m->out->contents, top, k->out, &k->files, err);
		k->odd = k->files.odd || rc == VV_EMISSING || rc == VV_EINPUT;
		if (k->odd) return VV_OK;
		if (k->files.count > 1) {
			qsort(k->files.outs, k->files.count, sizeof(*k->files.outs), by_path);
		}
	} else if ((k->files.outs = vv_calloc(1, sizeof(*k->files.outs)))) {
		k->files.count = 1;
		k->files.outs[0] = *k->out;
		k->files.outs[0].path = (vv_buf)VV_BUF_INIT;
	}
	if (rc < 0 || !k->files.outs) return rc < 0 || k->out->folder ? rc : vv_fail_nomem(err);
	for (size_t i = 0; i < k->files.count && rc == VV_OK; i++) {
		vv_auto(vv_buf) path = VV_BUF_INIT;
		bool wanted = false;

		if ((rc = put_path(&path, f, k, i, err)) < 0) return rc;
		if (vv_path_check(path.data, NULL) < 0) {
			k->odd = true;
			continue;
		}
		if ((rc = migration_matches(m, path.data, &wanted, err)) < 0) return rc;
		k->wanted += wanted && !vv_add_never(path.data);
	}
	return rc;
}

/* *here: none is missing. */
static vv_status store_kept(migration *m, vv_folder_edit *f, const char *top, kept *k, bool *here,
			    vv_error *err)
{
	vv_status rc = VV_OK;

	if (!(k->ids = vv_calloc(k->files.count + 1, sizeof(*k->ids)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < k->files.count && rc == VV_OK; i++) {
		vv_auto(vv_buf) path = VV_BUF_INIT;
		vv_dvc_out o = k->files.outs[i];

		if ((rc = put_path(&path, f, k, i, err)) < 0) return rc;
		rc = vv_migrated_take_dvc(m->out->contents, path.data, top, &o, &k->ids[i], err);
		if (rc == VV_EMISSING) { /* counted */
			*here = false;
			rc = VV_OK;
		}
	}
	return rc;
}

/* The files [from, to), whose paths have the same first len bytes, into f. */
static vv_status put_files(vv_folder_edit *f, const kept *k, size_t from, size_t to, size_t len,
			   vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = from, next; i < to && rc == VV_OK; i = next) {
		const char *path = k->files.outs[i].path.data + len, *slash = strchr(path, '/');
		const size_t part = slash ? (size_t)(slash - path) + 1 : strlen(path) + 1;
		vv_auto(char) *name = vv_strndup(path, part - 1);
		vv_folder_edit below;

		next = i + 1;
		if (!name) return vv_fail_nomem(err);
		if (!slash) {
			rc = vv_folder_edit_put(f, name, 0100644, &k->ids[i], err);
			continue;
		}
		while (next < to && strncmp(k->files.outs[next].path.data + len, path, part) == 0) {
			next++;
		}
		if ((rc = vv_folder_edit_below(&below, f, name, err)) == VV_OK) {
			rc = put_files(&below, k, i, next, len + part, err);
		}
		rc = vv_folder_edit_end(&below, f, rc, err);
	}
	return rc;
}

/* Puts the output at this path below f, where DVC had a line in .gitignore. */
static vv_status put_kept(migration *m, vv_folder_edit *f, const kept *k, const char *path,
			  vv_error *err)
{
	const char *slash = strchr(path, '/');
	vv_auto(char) *name = vv_strndup(path, slash ? (size_t)(slash - path) : strlen(path));
	vv_folder_edit below;
	vv_status rc;

	if (!name) return vv_fail_nomem(err);
	if (!slash && ((rc = end_ignoring(m, f, name, err)) < 0 || !k->out->folder)) {
		return rc < 0 ? rc : vv_folder_edit_put(f, name, 0100644, &k->ids[0], err);
	}
	rc = vv_folder_edit_below(&below, f, name, err);
	if (rc == VV_OK) {
		rc = slash ? put_kept(m, &below, k, slash + 1, err)
			   : put_files(&below, k, 0, k->files.count, 0, err);
	}
	return vv_folder_edit_end(&below, f, rc, err);
}

/* Some outputs, all of them or none. *done: they are tables now, or there was nothing to do. */
static vv_status take_group(migration *m, vv_folder_edit *f, const vv_dvc_out *outs, size_t count,
			    bool *done, vv_error *err)
{
	vv_auto(vv_buf) top = VV_BUF_INIT;
	vv_auto_free kept *all = vv_calloc(count + 1, sizeof(*all));
	size_t wanted = 0, files = 0;
	bool odd = false, here = true;
	vv_status rc = all ? dvc_top(m, &top, f->path, err) : vv_fail_nomem(err);

	*done = false;
	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		all[i].out = &outs[i];
		rc = look_at(m, f, vv_buf_cstr(&top), &all[i], err);
		odd = odd || all[i].odd;
		wanted += all[i].wanted;
		files += all[i].files.count;
	}
	odd = odd || (wanted > 0 && wanted < files);
	m->out->folders += rc == VV_OK && !m->writing && odd;
	if (rc == VV_OK && !odd && wanted > 0) {
		for (size_t i = 0; i < count && rc == VV_OK; i++) {
			rc = store_kept(m, f, vv_buf_cstr(&top), &all[i], &here, err);
		}
		for (size_t i = 0; i < count && rc == VV_OK && here; i++) {
			rc = put_kept(m, f, &all[i], outs[i].path.data, err);
		}
		*done = here;
	}
	vv_array_each(all, count, it) {
		kept_clear(it);
	}
	return rc;
}

/* The outputs of stages whose files are in Git are measures and the like, which DVC does not keep. */
static vv_status take_lock(migration *m, vv_folder_edit *f, const vv_dvc_file *d, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < d->count && rc == VV_OK; i++) {
		bool taken = !d->outs[i].kept, done;

		rc = taken ? VV_OK : is_taken(f, d->outs[i].path.data, &taken, err);
		if (rc == VV_OK && !taken) {
			rc = take_group(m, f, &d->outs[i], 1, &done, err);
		}
	}
	return rc;
}

/* Has the dvc.yaml beside a dvc.lock stages that work elsewhere? Then the lock's paths are from there. */
static vv_status works_elsewhere(migration *m, const vv_folder_edit *f, bool *out, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const vv_folder_entry *e = vv_folder_edit_find(f, "dvc.yaml");
	vv_status rc;

	*out = false;
	if (!e || !S_ISREG(e->mode)) return VV_OK;
	if ((rc = vv_blob_read(m->repo, &e->id, VV_DVC_FILE_MAX, &text, err)) < 0) return rc;
	*out = strstr(vv_buf_cstr(&text), " wdir:") != NULL;
	return VV_OK;
}

vv_status migration_take_dvc(migration *m, vv_folder_edit *f, size_t at, bool lock, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_dvc_file) d = {.outs = NULL};
	uint64_t size;
	bool odd = false, done = false;
	vv_status rc;

	if ((rc = vv_blob_size(m->repo, &f->entries[at].id, &size, err)) < 0 ||
	    size > VV_DVC_FILE_MAX ||
	    (rc = vv_blob_read(m->repo, &f->entries[at].id, VV_DVC_FILE_MAX, &text, err)) < 0 ||
	    (rc = vv_dvc_file_read(&d, vv_buf_cstr(&text), text.len, lock, err)) < 0 ||
	    (lock && (rc = works_elsewhere(m, f, &odd, err)) < 0)) {
		return rc;
	}
	if (d.odd || odd || (!lock && vv_array_find(d.outs, d.count, it, !it->kept))) {
		m->out->folders += !m->writing;
		return VV_OK;
	}
	if (lock) return take_lock(m, f, &d, err);
	if ((rc = take_group(m, f, d.outs, d.count, &done, err)) == VV_OK && done) {
		vv_folder_edit_remove(f, &f->entries[at]);
	}
	return rc;
}
