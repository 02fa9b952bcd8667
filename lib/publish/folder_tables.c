/*
 * folder_tables: which paths are tables, and their bytes.
 */
#include "lib/publish/folder_tables.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/names/content.h"
#include "lib/names/version.h"
#include "lib/remotes/folder_url.h"
#include "repo/git/tree.h"
#include "transport/places/packs/host.h"

/* What the folder has at its top besides tables. */
static const char *const own[] = {VV_FOLDER_MARK, VV_FOLDER_LOCK, VV_FOLDER_GIT, "format",
				  "packs",        "lists",        "indexes",     "versions",
				  "condemned",    "index.html",   "pages"};

void vv_folder_tables_clear(vv_folder_tables *t)
{
	for (size_t i = 0; i < t->count; i++) {
		vv_free(t->items[i].path);
	}
	vv_free(t->items);
	t->items = NULL;
	t->count = 0;
}

static bool is_own(const char *path)
{
	const size_t len = strcspn(path, "/");

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (strlen(own[i]) == len && strncasecmp(own[i], path, len) == 0) return true;
	}
	return strncasecmp(path, "gc-", 3) == 0;
}

/* Is the file there as the state has it? All of it is read: one whose bytes changed since is written again. */
static bool is_there(const vv_folder_tables *t, const vv_folder_item *it, const vv_oid *blob)
{
	return it && it->number > 0 && it->hash != 0 && vv_oid_equal(&it->blob, blob) &&
	       vv_folder_has_bytes(t->dir, it);
}

static vv_status see_entry(void *payload, const vv_tree_entry *e, vv_error *err)
{
	vv_folder_tables *t = payload;
	vv_content c;
	vv_status rc = vv_content_read(&c, t->repo, e->mode, &e->id, err);

	if (rc < 0 || !c.table) return rc;
	if (c.bytes > t->bytes_max) {
		t->too_long++;
		return VV_OK;
	}
	if (is_own(e->path) || strchr(e->path, '\n')) {
		vv_notes_warn(t->notes, "'%s' is not among the files: the folder needs the name",
			      vv_text_shows(e->path));
		return VV_OK;
	}
	vv_auto(char) *path = vv_path_join(t->dir, e->path, (char *)NULL);
	vv_folder_item *it = vv_folder_items_find(&t->state->files, e->path);
	if (!path) return vv_fail_nomem(err);
	if (!it && vv_exists(path)) {
		vv_fail(err, VV_EREFUSED,
			"'%s' is not a file of varve's, and is in the place of a table",
			vv_text_shows(path));
		return vv_hint(err, "move it out of the folder");
	}
	const bool there = is_there(t, it, &e->id);
	if (!it && !(it = vv_folder_items_add(t->state, &t->state->files, e->path, 0))) {
		return vv_fail_nomem(err);
	}
	it->kept = true;
	if (there) return VV_OK;
	it->number = 0;
	if (!vv_array_room(t->items, t->count, t->cap)) return vv_fail_nomem(err);
	t->items[t->count] = (vv_folder_table){vv_strdup(e->path), e->id, c.bytes};
	return t->items[t->count++].path ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_folder_tables_plan(vv_folder_tables *t, const vv_oid *commit, vv_error *err)
{
	t->commit = *commit;
	return vv_tree_each(t->repo, commit, "", see_entry, t, err);
}

typedef struct writing {
	int fd;
	const char *path;
	uint64_t len;
	vv_xxh3_state *hash;
} writing;

static vv_status on_bytes(void *payload, const void *bytes, size_t len, vv_error *err)
{
	writing *w = payload;

	w->len += len;
	vv_xxh3_update(w->hash, bytes, len);
	return vv_write_full(w->fd, bytes, len, w->path, err);
}

static vv_status fill(vv_folder_tables *t, const vv_folder_table *of, writing *w, vv_error *err)
{
	vv_auto(vv_subject) s = {0};
	vv_status rc = vv_subject_find_at(&s, t->repo, t->reader, &t->commit, of->path, err);

	if (rc < 0 || (rc = vv_subject_bytes(&s, on_bytes, w, NULL, err)) < 0) return rc;
	return vv_fsync(w->fd, w->path, err);
}

static vv_status write_table(vv_folder_tables *t, const vv_folder_table *of, vv_folder_item *it,
			     vv_error *err)
{
	vv_auto(vv_xxh3_state) *hash = vv_xxh3_new(0);
	vv_auto(char) *path = vv_path_join(t->dir, of->path, (char *)NULL),
		      *dir = path ? vv_path_dir(path) : NULL, *temp = NULL;
	vv_status rc = dir && hash ? vv_mkdirs(dir, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	vv_temp_sweep(dir, VV_WRITE_TEMP);
	writing w = {.fd = vv_temp_open(&temp, dir, VV_WRITE_TEMP, err), .hash = hash};
	if (w.fd < 0) return (vv_status)w.fd;
	w.path = temp;
	rc = fill(t, of, &w, err);
	const vv_status closed = vv_close(w.fd, temp, rc < 0 ? VV_IGNORED : err);
	rc = rc < 0 ? rc : closed;
	if (rc == VV_OK && (rc = vv_rename(temp, path, err)) == VV_OK) {
		it->blob = of->blob;
		it->number = w.len;
		it->hash = vv_xxh3_digest(hash);
		return vv_fsync_dir(dir, err);
	}
	(void)vv_unlink(temp, true, VV_IGNORED);
	return rc;
}

vv_status vv_folder_tables_write(vv_folder_tables *t, vv_error *err)
{
	for (size_t i = 0; i < t->count; i++) {
		vv_folder_item *it = vv_folder_items_find(&t->state->files, t->items[i].path);
		const vv_status rc = write_table(t, &t->items[i], it, err);
		if (rc < 0) return rc;
		t->written++;
	}
	return VV_OK;
}

vv_status vv_folder_tables_remove(vv_folder_tables *t, vv_error *err)
{
	vv_folder_items *files = &t->state->files;
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++) {
		if (files->items[i].kept) {
			files->items[kept++] = files->items[i];
		} else if (!vv_folder_items_add(t->state, &t->state->gone, files->items[i].name,
						0)) {
			return vv_fail_nomem(err);
		}
	}
	files->count = kept;
	return VV_OK;
}
