/*
 * export_folder: collects files in a waiting folder, and moves them to their places in order.
 *
 * The list names all files of both exports before any is moved, so that after a kill the next export knows the files,
 * too.
 */
#include "cmd/web/pages/export_folder.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/publish/folder_state.h"

#define INDEX "index.html"
#define LINE 48u /* bytes of the list for a file, beside its name twice */

struct vv_export_folder {
	char *folder, *waiting; /* waiting: inside it; contains files in their final form */
	bool made;              /* folder was not there before */
	vv_folder_state before; /* also files of exports that did not end */
	vv_folder_state now;    /* items that wait are "kept" */
};

vv_status vv_export_folder_open(vv_export_folder **out, const char *folder, vv_error *err)
{
	vv_auto(vv_export_folder) *f = vv_calloc(1, sizeof(*f));
	char name[VV_TEMP_RANDOM + 1];
	bool there;
	vv_status rc;

	*out = NULL;
	if (!f) return vv_fail_nomem(err);
	vv_temp_name(name);
	f->made = !vv_exists(folder);
	f->folder = vv_strdup(folder);
	f->waiting = vv_asprintf("%s/" VV_WRITE_TEMP "%s", folder, name);
	if (!f->folder || !f->waiting) return vv_fail_nomem(err);
	if ((rc = vv_mkdirs(folder, err)) < 0 ||
	    (rc = vv_folder_state_read(&f->before, folder, VV_FOLDER_EXPORT, &there, err)) < 0) {
		return rc;
	}
	vv_temp_sweep(folder, VV_WRITE_TEMP); /* of exports that were killed */
	vv_array_each(f->before.gone.items, f->before.gone.count, it) {
		if (!vv_folder_items_add(&f->before, &f->before.held, it->name, 0)) {
			return vv_fail_nomem(err);
		}
	}
	return vv_hand_over(out, &f);
}

uint64_t vv_export_folder_bytes(const vv_export_folder *f, const char *name)
{
	uint64_t sum = 3 * LINE +
		       2 * strlen(name); /* of the list's beginning, index.html and name */

	vv_array_each(f->now.held.items, f->now.held.count, it) {
		sum += it->number + 2 * strlen(it->name) + LINE;
	}
	return sum;
}

vv_status vv_export_folder_write(vv_export_folder *f, const char *name, const void *bytes,
				 size_t len, vv_error *err)
{
	const vv_folder_item *old = vv_folder_items_find(&f->before.held, name);
	vv_folder_item *it = vv_folder_items_find(&f->now.held, name);
	vv_auto(char) *path = vv_path_join(f->folder, name, (char *)NULL),
		      *waiting = vv_path_join(f->waiting, name, (char *)NULL);
	vv_status rc;

	if (!it) {
		it = vv_folder_items_add(&f->now, &f->now.held, name, len);
	}
	if (!path || !waiting || !it) return vv_fail_nomem(err);
	it->number = len;
	it->hash = vv_xxh3(bytes, len, 0);
	if (!it->kept && old && old->hash == it->hash && vv_folder_has_bytes(f->folder, it)) {
		return VV_OK;
	}
	if (!old && vv_exists(path)) {
		return vv_fail(
			err, VV_EEXISTS,
			"'%s' exists, and is not from an earlier export\nname an empty folder, or move the file away",
			vv_text_shows(path));
	}
	it->kept = true;
	if ((rc = vv_mkdirs_above(waiting, err)) < 0) return rc;
	return vv_write_file_synced(waiting, bytes, len, err);
}

/* Those that wait and replace nothing, or, replace, the others. */
static vv_status take_places(const vv_export_folder *f, bool replace, vv_error *err)
{
	vv_array_each(f->now.held.items, f->now.held.count, it) {
		vv_auto(char) *path = vv_path_join(f->folder, it->name, (char *)NULL),
			      *from = vv_path_join(f->waiting, it->name, (char *)NULL),
			      *above = path ? vv_path_dir(path) : NULL;
		vv_status rc;

		if (!it->kept || vv_exists(path) != replace) {
			continue;
		}
		if ((rc = vv_has_no_link(f->folder, it->name, err)) < 0 ||
		    (rc = vv_mkdirs_above(path, err)) < 0 ||
		    (rc = vv_rename(from, path, err)) < 0 || (rc = vv_fsync_dir(above, err)) < 0) {
			return rc;
		}
		it->kept = false;
	}
	return VV_OK;
}

vv_status vv_export_folder_finish(vv_export_folder *f, const void *index, size_t len, vv_error *err)
{
	vv_folder_state *now = &f->now;
	vv_status rc;

	if ((rc = vv_export_folder_write(f, INDEX, index, len, err)) < 0) return rc;
	vv_array_each(f->before.held.items, f->before.held.count, it) {
		const char *name = it->name;

		if (!vv_folder_items_find(&now->held, name) &&
		    !vv_folder_items_add(now, &now->gone, name, 0)) {
			return vv_fail_nomem(err);
		}
	}
	f->made = false; /* from now on it may contain files */
	if ((rc = vv_folder_state_write(now, f->folder, VV_FOLDER_EXPORT, err)) < 0 ||
	    (rc = take_places(f, false, err)) < 0 || (rc = take_places(f, true, err)) < 0 ||
	    (rc = vv_folder_state_sweep(now, f->folder, 0, err)) < 0) {
		return rc;
	}
	return vv_folder_state_write(now, f->folder, VV_FOLDER_EXPORT, err);
}

void vv_export_folder_close(vv_export_folder *f)
{
	if (!f) return;
	if (f->waiting) {
		(void)vv_remove_tree(f->waiting, VV_IGNORED);
	}
	if (f->made) {
		(void)vv_sys_ops.rmdir(f->folder);
	}
	vv_folder_state_clear(&f->before);
	vv_folder_state_clear(&f->now);
	vv_free_all(f->folder, f->waiting, f);
}
