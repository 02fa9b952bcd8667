/*
 * pack_keep: writing and removing the files.
 */
#include "repo/git/pack_keep.h"

#include <fcntl.h>

#include "base/array.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/git/lock.h"
#include "repo/git/repository_internal.h"

#define KEEP ".keep"

vv_status vv_pack_keep_put(vv_pack_keeps *k, vv_repository *r, const char *packdir, const char *hex,
			   vv_error *err)
{
	vv_auto(char) *path = vv_asprintf("%s/pack-%.40s" KEEP, packdir, hex);
	char text[VV_HOLDER_TEXT];
	vv_status rc;
	int fd;

	if ((rc = vv_alloc_ok(path, err)) < 0) return rc;
	if ((rc = vv_string_list_add(k, vv_strdup(path), err)) < 0) return rc;
	if ((fd = vv_open(path, O_WRONLY | O_CREAT | O_EXCL, 0666, err)) < 0) {
		vv_free(k->items[--k->count]);
		return fd == VV_EEXISTS ? VV_OK : (vv_status)fd;
	}
	vv_holder_text(text, vv_repository_holder(r));
	rc = vv_write_full(fd, text, strlen(text), path, err);
	rc = rc < 0 ? rc : vv_share_fd(r, fd, path, err);
	return vv_close_after(rc, fd, path, err);
}

vv_status vv_pack_keeps_clear(vv_pack_keeps *k, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < k->count; i++) {
		vv_status removed = vv_unlink(k->items[i], true, rc < 0 ? NULL : err);

		rc = rc < 0 ? rc : removed;
	}
	vv_string_list_clear(k);
	return rc;
}

void vv_pack_keeps_sweep(vv_repository *r)
{
	vv_auto(char) *packdir = vv_path_join(r->objects, "pack", NULL);
	vv_auto(vv_folder) f = {0};
	vv_holder holder;
	vv_stat st;

	if (!packdir || vv_folder_read(&f, packdir, false, VV_IGNORED) < 0) return;
	while (vv_folder_next(&f)) {
		vv_auto(vv_buf) text = VV_BUF_INIT;

		if (vv_path_ends(f.name, KEEP) && vv_lstat(&st, f.path, NULL) == VV_OK &&
		    vv_read_regular(&text, f.path, VV_HOLDER_TEXT, NULL) == VV_OK &&
		    vv_holder_parse(&holder, vv_buf_cstr(&text)) &&
		    vv_holder_state_of(&holder, vv_repository_holder(r), st.mtime_sec) ==
			    VV_HOLDER_DEAD) {
			(void)vv_unlink(f.path, true, NULL);
		}
	}
}
