/*
 * conflict_state: how the record of a path is called, and the one member of it that
 * others than the commands on conflicts want: "merged".
 */
#include "repo/git/merge/conflict_state.h"

#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

#define RECORD_MAX ((size_t)256 << 20)
#define FOLDER "conflicts"

char *vv_conflict_file(const vv_repository *r, const char *path)
{
	vv_hash128 h = vv_xxh3_128(path, strlen(path), 0);
	char *file = NULL;

	vv_auto(char) *name = vv_asprintf("%016llx%016llx.json", (unsigned long long)h.hi,
					  (unsigned long long)h.lo);
	if (!!name) {
		file = vv_path_join(vv_repository_statedir(r), FOLDER, name, NULL);
	}
	return file;
}

vv_status vv_conflict_read(const vv_repository *r, const char *path, vv_buf *out, vv_error *err)
{
	vv_auto(char) *file = vv_conflict_file(r, path);
	return file ? vv_read_regular(out, file, RECORD_MAX, err) : vv_fail_nomem(err);
}

vv_status vv_conflict_write(const vv_repository *r, const char *path, const vv_buf *text,
			    vv_error *err)
{
	vv_auto(char) *file = vv_conflict_file(r, path);
	vv_status rc = file ? vv_mkdirs_above(file, err) : vv_fail_nomem(err);

	return rc < 0 ? rc : vv_write_file(file, vv_buf_cstr(text), text->len, true, err);
}

vv_status vv_conflict_drop(const vv_repository *r, const char *path, vv_error *err)
{
	vv_auto(char) *file = vv_conflict_file(r, path);
	return file ? vv_unlink(file, true, err) : vv_fail_nomem(err);
}

static char *conflict_folder(const vv_repository *r)
{
	return vv_path_join(vv_repository_statedir(r), FOLDER, NULL);
}

vv_status vv_conflict_drop_all(const vv_repository *r, vv_error *err)
{
	vv_auto(char) *dir = conflict_folder(r);
	return dir ? vv_remove_tree(dir, err) : vv_fail_nomem(err);
}

static bool names_version(const vv_json *doc, const char *member, const vv_oid *id, vv_oid *out)
{
	const char *hex = vv_json_get_string(doc, member);
	vv_oid read;

	if (!hex || !vv_oid_parse(&read, hex, strlen(hex))) return false;
	if (out) {
		*out = read;
	}
	return !id || vv_oid_equal(&read, id);
}

/* Does the index have all of the record's versions? */
static bool record_fits(const vv_json *doc, const vv_index *x, const char *path)
{
	static const char *const members[] = {"base", "ours", "theirs"};
	bool fit = true;

	for (int stage = 1; stage <= 3 && fit; stage++) {
		vv_index_entry e;

		fit = !vv_index_get_stage(x, path, stage, &e) ||
		      names_version(doc, members[stage - 1], &e.id, NULL);
	}
	return fit;
}

vv_status vv_conflict_merged(vv_repository *r, const vv_index *x, const char *path, vv_oid *out,
			     vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_json *doc = NULL;
	vv_status rc = VV_ENOTFOUND;

	if (vv_index_is_unmerged(x, path)) {
		rc = vv_conflict_read(r, path, &text, err);
	}
	/* A record that was damaged by hand is reported when its conflicts are read. */
	if (rc == VV_OK &&
	    (vv_json_read(&doc, &arena, text.data, text.len, "record", VV_IGNORED) < 0 ||
	     !record_fits(doc, x, path) || !names_version(doc, "merged", NULL, out))) {
		rc = VV_ENOTFOUND;
	}
	if (rc == VV_ENOTFOUND) {
		vv_fail(err, rc, "no conflict of '%s' is recorded", vv_text_shows(path));
	}
	return rc;
}

vv_status vv_conflict_refuse_untouched(vv_repository *r, const vv_index *x, const char *path,
				       const vv_oid *blob, vv_error *err)
{
	vv_error none;
	vv_oid merged;
	vv_status rc = vv_conflict_merged(r, x, path, &merged, &none);

	if (rc == VV_ENOMEM || rc == VV_EIO) {
		*err = none;
		return rc;
	}
	if (rc < 0 || !vv_oid_equal(&merged, blob)) return VV_OK;
	vv_fail(err, VV_EREFUSED,
		"%s has unresolved conflicts, and the file was not edited since the merge",
		vv_text_shows(path));
	return vv_hint_code(err, VV_HINT_RESOLVE);
}
