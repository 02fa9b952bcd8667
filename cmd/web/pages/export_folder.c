/*
 * export_folder: the list of what was written, and in which order things are replaced.
 *
 * The list is extended before each file is written, so that after a kill the next export knows the file, too.
 */
#include "cmd/web/pages/export_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

#define LIST "varve-export"
#define SUMS "varve-sums" /* lines "XXH3-64 BYTES NAME", for varve verify */
#define LIST_MAX ((size_t)16 << 20)
#define INDEX "index.html"
#define PAGE ".html"
#define WAITS "-new" /* behind a page's name: what takes its place at the end */

/* A file of this export. */
typedef struct written {
	char *name;           /* relative to the folder */
	uint64_t bytes, hash; /* XXH3-64 */
	bool fresh;           /* it was not there before */
	bool waits;
} written;

struct vv_export_folder {
	char *folder;
	bool made;     /* folder was not there before */
	vv_buf before; /* the list of the export before, and of those that did not end */
	int list;      /* the list, to extend it */
	written *files;
	size_t count, cap;
	bool finished;
};

static char *path_in(const vv_export_folder *f, const char *name)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_printf(&b, "%s/%s", f->folder, name);
	return vv_buf_detach(&b);
}

/* --- what an export wrote --------------------------------------------------------------------- */

/* Are the folders above the file folders of this one, and no links out of it? */
static bool is_inside(const vv_export_folder *f, const char *name)
{
	bool inside = true;

	for (const char *slash = strchr(name, '/'); inside && slash;
	     slash = strchr(slash + 1, '/')) {
		vv_auto(vv_buf) b = VV_BUF_INIT;
		vv_stat st;

		vv_buf_printf(&b, "%s/%.*s", f->folder, (int)(slash - name), name);
		inside = !b.failed && vv_lstat(&st, vv_buf_cstr(&b), VV_IGNORED) == VV_OK &&
			 S_ISDIR(st.mode);
	}
	return inside;
}

/* Removes a file, and the folders above it that are empty then. */
static vv_status take_away(const vv_export_folder *f, const char *name, vv_error *err)
{
	vv_auto(char) *path = NULL;
	char *slash;

	if (vv_path_check(name, VV_IGNORED) < 0 || !is_inside(f, name)) {
		return VV_OK; /* no export wrote that; or it is gone already */
	}
	if (!(path = path_in(f, name))) return vv_fail_nomem(err);
	vv_status rc = vv_unlink(path, true, err);
	while (rc == VV_OK && (slash = strrchr(path, '/')) &&
	       (size_t)(slash - path) > strlen(f->folder)) {
		*slash = '\0';
		if (vv_sys_ops.rmdir(path) == 0) {
			continue;
		}
		vv_temp_sweep(path, VV_WRITE_TEMP); /* of an export that was killed */
		if (vv_sys_ops.rmdir(path) != 0) {
			break; /* something else is in it */
		}
	}
	return rc;
}

static bool is_written(const vv_export_folder *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->files[i].name, name) == 0) return true;
	}
	return false;
}

/* All that the list of before names and this export has not. */
static vv_status clear_before(vv_export_folder *f, vv_error *err)
{
	char *line = f->before.data, *end;
	vv_status rc = VV_OK;

	for (; line && *line; line = end) {
		size_t len = strcspn(line, "\n");

		end = line + len + (line[len] == '\n');
		line[len] = '\0';
		if (*line && strcmp(line, INDEX) != 0 && strcmp(line, LIST) != 0 &&
		    strcmp(line, SUMS) != 0 && !is_written(f, line) &&
		    (rc = take_away(f, line, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* --- opening ------------------------------------------------------------------------------------- */

static vv_status look_at(vv_export_folder *f, vv_error *err)
{
	char **names = NULL;
	vv_auto(char) *list = NULL;
	size_t count = 0;
	bool ours = false;
	vv_status rc;

	if ((rc = vv_list_dir(&names, &count, f->folder, err)) < 0) return rc;
	for (size_t i = 0; i < count; i++) {
		ours = ours || strcmp(names[i], LIST) == 0;
	}
	vv_names_free(names, count);
	if (!ours) {
		if (count == 0) return VV_OK;
		vv_fail(err, VV_EEXISTS, "'%s' has other files in it", vv_text_shows(f->folder));
		return vv_hint(err, "name a new folder, or one of an earlier export");
	}
	if (!(list = path_in(f, LIST))) return vv_fail_nomem(err);
	rc = vv_read_file(&f->before, list, LIST_MAX, err);
	if (rc == VV_OK) {
		vv_buf_putc(&f->before, '\0');
		rc = vv_buf_ok(&f->before, err);
	}
	return rc;
}

static vv_status open_list(vv_export_folder *f, vv_error *err)
{
	vv_auto(char) *path = path_in(f, LIST);
	vv_status rc = VV_OK;

	if (!path) return vv_fail_nomem(err);
	f->list = vv_open(path, O_WRONLY | O_CREAT | O_APPEND, 0666, err);
	if (f->list < 0) {
		rc = (vv_status)f->list;
	} else if (f->before.len > 1 && f->before.data[f->before.len - 2] != '\n') {
		rc = vv_write_full(f->list, "\n", 1, path, err); /* a kill cut its last line */
	}
	return rc;
}

vv_status vv_export_folder_open(vv_export_folder **out, const char *folder, vv_error *err)
{
	vv_auto(vv_export_folder) *f = vv_calloc(1, sizeof(*f));
	vv_status rc;

	*out = NULL;
	if (!f) return vv_fail_nomem(err);
	f->list = -1;
	f->made = !vv_exists(folder);
	if (!(f->folder = vv_strdup(folder))) return vv_fail_nomem(err);
	if ((rc = vv_mkdirs(folder, err)) < 0 || (rc = look_at(f, err)) < 0 ||
	    (rc = open_list(f, err)) < 0) {
		return rc;
	}
	*out = vv_take(&f);
	return VV_OK;
}

uint64_t vv_export_folder_bytes(const vv_export_folder *f)
{
	uint64_t sum = strlen(INDEX) + 1;

	for (size_t i = 0; i < f->count; i++) {
		sum += f->files[i].bytes + strlen(f->files[i].name) + 1;
	}
	return sum;
}

/* --- writing --------------------------------------------------------------------------------------- */

/* The list names it from now on, and what waits to take its place. */
static vv_status list_name(const vv_export_folder *f, const char *name, vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;

	vv_buf_printf(&line, "%s\n%s" WAITS "\n", name, name);
	vv_status rc = vv_buf_ok(&line, err);
	return rc < 0 ? rc : vv_write_full(f->list, line.data, line.len, LIST, err);
}

/* The place of a file among the written ones; NULL: see err. */
static written *note(vv_export_folder *f, const char *name, vv_error *err)
{
	for (size_t i = f->count; i-- > 0;) {
		if (strcmp(f->files[i].name, name) == 0) return &f->files[i];
	}
	if (!vv_array_room(f->files, f->count, f->cap) ||
	    !(f->files[f->count].name = vv_strdup(name))) {
		(void)vv_fail_nomem(err);
		return NULL;
	}
	written *w = &f->files[f->count++];
	*w = (written){.name = w->name};
	return w;
}

/* Did an earlier export write it? */
static bool is_before(const vv_export_folder *f, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = f->before.data; at && (at = strstr(at, name)); at += len) {
		if ((at == f->before.data || at[-1] == '\n') && (at[len] == '\n' || !at[len])) {
			return true;
		}
	}
	return false;
}

static bool is_same(const char *path, const void *bytes, size_t len)
{
	vv_auto(vv_buf) there = VV_BUF_INIT;

	return vv_read_file(&there, path, len, VV_IGNORED) == VV_OK && there.len == len &&
	       (len == 0 || memcmp(there.data, bytes, len) == 0);
}

/* Beside the page that is there, or at once. */
static vv_status place(vv_export_folder *f, written *w, const char *path, const void *bytes,
		       size_t len, vv_error *err)
{
	const size_t name = strlen(w->name), end = strlen(PAGE);
	vv_auto(vv_buf) new = VV_BUF_INIT;
	vv_status rc;

	if (w->fresh || !(name > end && strcmp(w->name + name - end, PAGE) == 0)) {
		return vv_write_file_synced(path, bytes, len, err);
	}
	if (!is_before(f, w->name)) {
		return vv_fail(err, VV_EEXISTS, "'%s' is there, and no export wrote it",
			       vv_text_shows(path));
	}
	vv_buf_printf(&new, "%s" WAITS, path);
	w->waits = true;
	if ((rc = vv_buf_ok(&new, err)) < 0) return rc;
	return vv_write_file_synced(vv_buf_cstr(&new), bytes, len, err);
}

vv_status vv_export_folder_write(vv_export_folder *f, const char *name, const void *bytes,
				 size_t len, vv_error *err)
{
	vv_auto(char) *path = path_in(f, name);
	const size_t count = f->count;
	written *w;
	vv_status rc;

	if (!path) return vv_fail_nomem(err);
	if (!(w = note(f, name, err))) return err->code;
	if (f->count > count) {
		w->fresh = !vv_exists(path);
	}
	w->bytes = len;
	w->hash = vv_xxh3(bytes, len, 0);
	if (!w->fresh && !w->waits && is_same(path, bytes, len)) return VV_OK;
	if ((f->count > count && (rc = list_name(f, name, err)) < 0) ||
	    (rc = vv_mkdirs_above(path, err)) < 0) {
		return rc;
	}
	if (!is_inside(f, name)) {
		return vv_fail(err, VV_EEXISTS, "'%s' leads out of the folder",
			       vv_text_shows(path));
	}
	return place(f, w, path, bytes, len, err);
}

/* The folders of the files, each once, the one of all last. */
static vv_status sync_folders(const vv_export_folder *f, vv_error *err)
{
	vv_auto(vv_buf) last = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < f->count; i++) {
		vv_auto(char) *path = path_in(f, f->files[i].name);

		if (!path) {
			rc = vv_fail_nomem(err);
			break;
		}
		*strrchr(path, '/') = '\0';
		if (strcmp(vv_buf_cstr(&last), path) != 0) {
			vv_buf_reset(&last);
			vv_buf_puts(&last, path);
			rc = vv_fsync_dir(path, err);
		}
	}
	return rc < 0 ? rc : vv_fsync_dir(f->folder, err);
}

static vv_status take_places(const vv_export_folder *f, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < f->count; i++) {
		vv_auto(char) *path = path_in(f, f->files[i].name);
		vv_auto(vv_buf) new = VV_BUF_INIT;

		vv_buf_printf(&new, "%s" WAITS, path ? path : "");
		if (!path || new.failed) {
			rc = vv_fail_nomem(err);
		} else if (f->files[i].waits) {
			rc = vv_rename(vv_buf_cstr(&new), path, err);
		}
	}
	return rc;
}

static vv_status write_list(vv_export_folder *f, const void *index, size_t len, vv_error *err)
{
	vv_auto(vv_buf) list = VV_BUF_INIT, sums = VV_BUF_INIT;
	vv_auto(char) *path = path_in(f, LIST), *sums_path = path_in(f, SUMS);

	vv_buf_puts(&list, INDEX "\n" SUMS "\n");
	vv_buf_printf(&sums, "%llu %zu " INDEX "\n", (unsigned long long)vv_xxh3(index, len, 0),
		      len);
	for (size_t i = 0; i < f->count; i++) {
		const written *w = &f->files[i];
		vv_buf_printf(&list, "%s\n", w->name);
		vv_buf_printf(&sums, "%llu %llu %s\n", (unsigned long long)w->hash,
			      (unsigned long long)w->bytes, w->name);
	}
	vv_status rc = path && sums_path ? vv_buf_ok(&list, err) : vv_fail_nomem(err);
	if (rc < 0 || (rc = vv_buf_ok(&sums, err)) < 0 ||
	    (rc = vv_write_file(sums_path, vv_buf_cstr(&sums), sums.len, true, err)) < 0) {
		return rc;
	}
	return vv_write_file(path, list.data, list.len, true, err);
}

vv_status vv_export_folder_finish(vv_export_folder *f, const void *index, size_t len, vv_error *err)
{
	vv_auto(char) *path = path_in(f, INDEX);
	vv_status rc;

	if (!path) return vv_fail_nomem(err);
	if ((rc = sync_folders(f, err)) < 0) return rc;
	f->finished = true; /* a failure may come after a new page is in its place */
	if ((rc = take_places(f, err)) < 0 || (rc = sync_folders(f, err)) < 0 ||
	    (rc = vv_write_file(path, index, len, true, err)) < 0 ||
	    (rc = clear_before(f, err)) < 0) {
		return rc;
	}
	return write_list(f, index, len, err);
}

/* As it was before: what could not be taken away stays in the list. */
static void undo(vv_export_folder *f)
{
	vv_auto(char) *list = path_in(f, LIST);
	bool all = list != NULL;

	for (size_t i = 0; i < f->count; i++) {
		vv_auto(vv_buf) new = VV_BUF_INIT;

		vv_buf_printf(&new, "%s%s", f->files[i].name, f->files[i].fresh ? "" : WAITS);
		all &= !new.failed &&take_away(f, vv_buf_cstr(&new), VV_IGNORED) == VV_OK;
	}
	if (all && f->list >= 0 && f->before.len > 1) {
		(void)vv_write_file(list, f->before.data, f->before.len - 1, false, VV_IGNORED);
	} else if (all && f->list >= 0) {
		(void)vv_unlink(list, true, VV_IGNORED);
	}
	if (all && f->made) {
		(void)vv_sys_ops.rmdir(f->folder);
	}
}

void vv_export_folder_close(vv_export_folder *f)
{
	if (!f) return;
	if (!f->finished && f->folder) {
		undo(f);
	}
	(void)vv_close(f->list, LIST, VV_IGNORED);
	for (size_t i = 0; i < f->count; i++) {
		vv_free(f->files[i].name);
	}
	vv_free(f->files);
	vv_buf_clear(&f->before);
	vv_free(f->folder);
	vv_free(f);
}
