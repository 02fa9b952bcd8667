/*
 * text: merges by libgit2, once normally and, if lines are in conflict, again in favor of one side.
 */
#include "repo/git/merge/text.h"

#include <git2.h>

#include "repo/git/libgit2.h"

static git_merge_file_input input_of(const vv_merge_lines *l)
{
	return (git_merge_file_input){.version = GIT_MERGE_FILE_INPUT_VERSION,
				      .ptr = l && l->len > 0 ? l->text : "",
				      .size = l ? l->len : 0,
				      .path = "lines",
				      .mode = GIT_FILEMODE_BLOB};
}

static vv_status merge_text(vv_buf *out, bool *conflict, const vv_merge_lines *base,
			    const vv_merge_lines side[2], int favor, vv_error *err)
{
	const git_merge_file_input b = input_of(base), x = input_of(&side[0]),
				   y = input_of(&side[1]);
	git_merge_file_options opts;
	git_merge_file_result result = {0};

	(void)git_merge_file_options_init(&opts, GIT_MERGE_FILE_OPTIONS_VERSION);
	int code = git_merge_file(&result, &b, &x, &y, &opts);
	*conflict = code == 0 && !result.automergeable;
	if (*conflict) {
		git_merge_file_result_free(&result);
		opts.favor = favor == 0 ? GIT_MERGE_FILE_FAVOR_OURS : GIT_MERGE_FILE_FAVOR_THEIRS;
		code = git_merge_file(&result, &b, &x, &y, &opts);
	}
	if (code < 0) return vv_git_fail(err, code, "cannot merge lines");
	vv_buf_put(out, result.ptr ? result.ptr : "", result.len);
	git_merge_file_result_free(&result);
	return vv_buf_ok(out, err);
}

vv_status vv_merge_text(vv_buf *out, bool *conflict, const vv_merge_lines *base,
			const vv_merge_lines side[2], int favor, vv_error *err)
{
	vv_status rc = vv_git_start(err); /* a merge of tables alone needs no repository */

	if (rc < 0) return rc;
	rc = merge_text(out, conflict, base, side, favor, err);
	vv_git_stop();
	return rc;
}
