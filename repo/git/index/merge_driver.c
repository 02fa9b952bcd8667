/*
 * merge_driver: keeps libgit2's text merge away from pointers, whatever the attributes of
 * their paths say.
 */
#include "repo/git/index/merge_driver.h"

#include <git2/sys/merge.h>

#include "repo/git/drivers.h"
#include "repo/git/index/attribute_merge.h"
#include "repo/git/pointer.h"

static bool looks(git_odb *odb, const git_oid *id, int *code)
{
	vv_auto(git_odb_object) *object = NULL;
	git_object_t type;
	size_t len;
	bool is = false;

	*code = git_odb_read_header(&len, &type, odb, id);
	if (*code < 0 || type != GIT_OBJECT_BLOB || len > VV_POINTER_MAX) return false;
	if ((*code = git_odb_read(&object, odb, id)) == 0) {
		is = vv_pointer_looks_like(git_odb_object_data(object), len);
	}
	return is;
}

vv_status vv_merge_is_pointer(git_odb *odb, const git_oid *id, bool *out, vv_error *err)
{
	int code;

	*out = looks(odb, id, &code);
	return code < 0 ? vv_git_fail(err, code, "cannot read a blob") : VV_OK;
}

static int leave(git_merge_driver *self VV_UNUSED, const char **path_out VV_UNUSED,
		 uint32_t *mode_out VV_UNUSED, git_buf *merged_out VV_UNUSED,
		 const char *name VV_UNUSED, const git_merge_driver_source *src VV_UNUSED)
{
	return GIT_EMERGECONFLICT;
}

static int leave_pointers(git_merge_driver *self VV_UNUSED, const char **path_out VV_UNUSED,
			  uint32_t *mode_out VV_UNUSED, git_buf *merged_out VV_UNUSED,
			  const char *name VV_UNUSED, const git_merge_driver_source *src)
{
	const git_index_entry *sides[] = {git_merge_driver_source_ancestor(src),
					  git_merge_driver_source_ours(src),
					  git_merge_driver_source_theirs(src)};
	git_odb *odb = NULL;
	int code = git_repository_odb(&odb, git_merge_driver_source_repo(src));
	bool pointer = false;

	for (size_t i = 0; code == 0 && !pointer && i < 3; i++) {
		if (sides[i] && (sides[i]->mode & 0170000) == 0100000) {
			pointer = looks(odb, &sides[i]->id, &code);
		}
	}
	git_odb_free(odb);
	if (code < 0) return code;
	return pointer ? GIT_EMERGECONFLICT : GIT_PASSTHROUGH;
}

static int merge_lines(git_merge_driver *self VV_UNUSED, const char **path_out, uint32_t *mode_out,
		       git_buf *merged_out, const char *name VV_UNUSED,
		       const git_merge_driver_source *src)
{
	const git_index_entry *sides[] = {git_merge_driver_source_ancestor(src),
					  git_merge_driver_source_ours(src),
					  git_merge_driver_source_theirs(src)};
	vv_auto(git_odb) *odb = NULL;
	vv_buf texts[4] = {VV_BUF_INIT, VV_BUF_INIT, VV_BUF_INIT, VV_BUF_INIT};
	int code = git_repository_odb(&odb, git_merge_driver_source_repo(src));

	if (!sides[1] || !sides[2]) return GIT_EMERGECONFLICT;
	*path_out = sides[1]->path;
	*mode_out = sides[1]->mode;
	for (size_t i = 0; code == 0 && i < 3; i++) {
		vv_auto(git_odb_object) *object = NULL;

		if (sides[i] && (code = git_odb_read(&object, odb, &sides[i]->id)) == 0) {
			vv_buf_put(&texts[i], git_odb_object_data(object),
				   git_odb_object_size(object));
		}
	}
	if (code == 0) {
		code = vv_attr_merge(&texts[3], &texts[0], &texts[1], &texts[2], VV_IGNORED) < 0
			       ? GIT_EMERGECONFLICT
			       : git_buf_set(merged_out, vv_buf_cstr(&texts[3]), texts[3].len);
	}
	for (size_t i = 0; i < 4; i++) {
		vv_buf_clear(&texts[i]);
	}
	return code;
}

static git_merge_driver lines = {GIT_MERGE_DRIVER_VERSION, NULL, NULL, merge_lines};
static git_merge_driver tables = {GIT_MERGE_DRIVER_VERSION, NULL, NULL, leave};
static git_merge_driver any = {GIT_MERGE_DRIVER_VERSION, NULL, NULL, leave_pointers};

vv_status vv_merge_drivers_register(vv_error *err)
{
	int code = git_merge_driver_register("varve", &tables);

	if (code == 0 || code == GIT_EEXISTS) {
		code = git_merge_driver_register(VV_ATTR_MERGE_DRIVER, &lines);
	}
	if (code == 0 || code == GIT_EEXISTS) {
		code = git_merge_driver_register(VV_MERGE_DRIVER_ANY, &any);
	}
	if (code < 0 && code != GIT_EEXISTS) {
		return vv_git_fail(err, code, "cannot set up the merge");
	}
	git_error_clear();
	return VV_OK;
}
