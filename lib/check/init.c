/*
 * init: what a first varve.json says beside the rules of each dataset.
 */
#include "lib/check/init.h"

#include "base/file.h"
#include "base/hint.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "check/past/profile.h"
#include "check/rules/rules.h"
#include "lib/check/input.h"
#include "lib/check/list.h"
#include "repo/git/index/worktree.h"
#include "repo/git/write_turn.h"

/* One dataset; *told: it is a table. */
static vv_status put_dataset(vv_json_out *w, const vv_check_path *p,
			     const vv_check_input_options *look, bool *told, vv_error *err)
{
	vv_auto(vv_check_input) in = {0};
	vv_auto(vv_profile) *profile = NULL;
	vv_status rc;

	*told = false;
	if (p->absent) return VV_OK;
	if ((rc = vv_check_input_open(&in, p->path, look, err)) < 0 || !in.open || in.refused ||
	    in.table.root.kind != VV_KIND_TABLE ||
	    (rc = vv_profile_make(&profile, &in.table, look->temp_dir, look->progress, err)) < 0) {
		return rc;
	}
	vv_profile_rules(w, profile, p->path);
	*told = true;
	return VV_OK;
}

static vv_status put_rules(vv_buf *out, vv_repository *r, vv_dataset_reader *s,
			   const vv_check_list *list, const vv_progress *progress, size_t *count,
			   vv_error *err)
{
	vv_diff_side side = {.kind = VV_SIDE_WORK};
	vv_check_input_options look = {.repo = r,
				       .reader = s,
				       .side = &side,
				       .temp_dir = vv_env_temp_dir(vv_repository_env(r)),
				       .progress = progress};
	vv_status rc = VV_OK;

	vv_json_out w = vv_json_begin_object(out, 2);
	vv_json_add_u64(&w, "version", 1);
	vv_json_add_string(&w, "onCommit", "warn");
	vv_json_add_array(&w, "datasets");
	for (size_t i = 0; i < list->count && rc == VV_OK; i++) {
		bool told;

		rc = put_dataset(&w, &list->items[i], &look, &told, err);
		*count += rc == VV_OK && told;
	}
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	vv_buf_putc(out, '\n');
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

vv_status vv_check_init(vv_repository *r, vv_dataset_reader *s, int argc, char **argv,
			const vv_progress *progress, size_t *count, vv_error *err)
{
	vv_diff_side side = {.kind = VV_SIDE_WORK};
	vv_auto(char) *file = vv_repository_file(r, VV_RULES_NAME);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_check_list) list = {0};
	vv_status rc;

	*count = 0;
	if (!file) return vv_fail_nomem(err);
	if ((rc = vv_write_turn_take(r, err)) < 0) return rc;
	if (vv_exists(file)) {
		vv_fail(err, VV_EEXISTS, "there is a %s already", VV_RULES_NAME);
		return vv_hint(
			err,
			"move it away to make another one, or edit it: docs/use/rules.md describes it");
	}
	if ((rc = vv_check_list_read(&list, r, s, &side, argc, argv, false, err)) < 0 ||
	    (rc = vv_check_list_open_documents(&list, r, s, &side, NULL, err)) < 0 ||
	    (rc = put_rules(&text, r, s, &list, progress, count, err)) < 0) {
		return rc;
	}
	if (*count == 0) {
		vv_fail(err, VV_ENOTFOUND, "no datasets to make rules for");
		return vv_hint_code(err, VV_HINT_ADD_MAKES);
	}
	return vv_worktree_write_bytes(r, VV_RULES_NAME, text.data, text.len, true, err);
}
