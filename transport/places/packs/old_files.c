/*
 * old_files: which old versions are of a store's files.
 */
#include "transport/places/packs/old_files.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "transport/places/packs/condemned.h"
#include "transport/places/packs/host_internal.h"

void vv_old_files_clear(vv_old_files *f)
{
	vv_arena_clear(&f->arena);
	vv_free(f->items);
	*f = (vv_old_files){.items = NULL};
}

/* The top may have files of other programs. */
static vv_status on_old(void *payload, const vv_old_object *o, vv_error *err)
{
	vv_old_files *f = payload;
	vv_old_object copy = {vv_arena_strndup(&f->arena, o->name, strlen(o->name)),
			      vv_arena_strndup(&f->arena, o->version, strlen(o->version)), o->size};

	if (!strchr(o->name, '/') && strcmp(o->name, VV_CONDEMNED_FILE) != 0) return VV_OK;
	if (!copy.name || !copy.version || !vv_array_add(f->items, f->count, f->cap, copy)) {
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

vv_status vv_old_files_list(vv_old_files *files, const vv_place *p, vv_host_old *out, vv_error *err)
{
	static const char *const folders[] = {"versions", "packs", "lists", "indexes", ""};
	vv_status rc = VV_OK;

	*out = (vv_host_old){.left = 0};
	for (size_t i = 0; rc == VV_OK && i < sizeof(folders) / sizeof(folders[0]); i++) {
		rc = vv_place_list_old(p, folders[i], on_old, files, err);
	}
	if (rc == VV_ENOSUPPORT || rc == VV_EREFUSED) {
		out->hidden = rc == VV_EREFUSED;
		return vv_error_excuse(rc, true, err);
	}
	vv_array_each(files->items, files->count, it) {
		out->left++;
		out->bytes += it->size;
	}
	return rc;
}

bool vv_old_files_root(vv_cid *root, const vv_old_object *o)
{
	static const char folder[] = "versions/";
	const size_t len = sizeof(folder) - 1;

	return strncmp(o->name, folder, len) == 0 && strlen(o->name) > len + VV_CID_TEXT &&
	       vv_cid_parse(root, o->name + len, VV_CID_TEXT, VV_IGNORED) == VV_OK;
}

vv_status vv_host_old_look(vv_host *h, vv_host_old *out, vv_error *err)
{
	vv_auto(vv_old_files) files = {.items = NULL};
	vv_status rc = vv_old_files_list(&files, &h->place, out, err);
	int64_t until;

	for (size_t i = 0; rc == VV_OK && i < files.count; i++) {
		rc = vv_place_old_lock(&h->place, files.items[i].name, files.items[i].version,
				       &until, err);
		out->until = rc == VV_OK && until > out->until ? until : out->until;
	}
	return rc;
}
