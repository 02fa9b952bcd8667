/*
 * accept: finds the code of a rule's name, and the place of the entry in varve.json.
 */
#include "lib/check/accept.h"

#include <string.h>

#include "base/hint.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/declared.h"
#include "dataset/schema/splice.h"
#include "lib/check/list.h"
#include "lib/check/run.h"
#include "repo/git/index/worktree.h"
#include "repo/git/write_turn.h"

/* The code of the rule; *named: it is one of varve.checks. */
static vv_status find_code(const char **code, bool *named, const vv_rules_file *file,
			   const vv_accepting *a, vv_error *err)
{
	const vv_rule *rule = vv_rule_find(a->rule);
	const vv_check_rule *line;

	*named = !rule;
	*code = rule ? rule->code : NULL;
	vv_nearest near = vv_nearest_to(a->rule);
	for (size_t i = 0; !*code && (line = vv_rules_check(file, NULL, &i));) {
		if (vv_check_rule_is(line, a->rule)) {
			*code = line->rule->code;
		}
		(void)vv_nearest_try(&near, vv_check_rule_title(line));
	}
	if (*code) return VV_OK;
	vv_fail(err, VV_ENOTFOUND, "no such rule '%s'", vv_text_shows(a->rule));
	const char *best = near.best ? near.best : vv_rule_nearest(a->rule);
	return best ? vv_hint(err, "did you mean '%s'?", vv_text_shows(best))
		    : vv_hint_code(err, VV_HINT_LIST_RULES);
}

static vv_status add_entry(vv_splice *s, const char *entry, vv_error *err)
{
	const vv_json *accept = vv_json_get(s->root, "accept");

	if (accept) return vv_splice_append(s, accept, entry, err);
	vv_auto(char) *list = vv_asprintf("[%s]", entry);
	return list ? vv_splice_set(s, s->root, "accept", list, err) : vv_fail_nomem(err);
}

/* Refuses an entry that no check would use, or not in time. */
static vv_status check_place(vv_repository *r, vv_dataset_reader *reader, const vv_diff_side *side,
			     const vv_accepting *a, vv_error *err)
{
	vv_auto(vv_check_list) list = {.count = 0};
	char *path = (char *)(uintptr_t)a->given;
	vv_diff_side base = {.kind = VV_SIDE_COMMIT};
	vv_auto(vv_head) head = {0};

	if (a->until && strcmp(a->until, vv_text_time(vv_now_sec(), VV_TIME_DAY)) < 0) {
		return vv_fail(err, VV_EUSAGE, "the day %s has passed", vv_text_shows(a->until));
	}
	vv_status rc = vv_head_read(r, &head, err);
	base.commit = head.commit;
	if (rc < 0 || strpbrk(path, "*?[")) return rc;
	return vv_check_list_read(&list, r, reader, side, head.unborn ? NULL : &base, 1, &path,
				  VV_CHECK_ALL_OF, err);
}

vv_status vv_accept_write(vv_repository *r, vv_dataset_reader *reader, const vv_accepting *a,
			  vv_error *err)
{
	const vv_diff_side side = {.kind = VV_SIDE_WORK};
	vv_check_input_options look = {.repo = r, .reader = reader, .side = &side};
	vv_auto(vv_rules_file) *file = NULL, *now = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT, entry = VV_BUF_INIT;
	vv_auto(vv_splice) s = {.file = NULL};
	const char *code;
	bool has, named;
	vv_status rc;

	if ((rc = vv_write_turn_take(r, err)) < 0 ||
	    (rc = vv_check_rules_read(&file, reader, &side, err)) < 0 ||
	    (rc = find_code(&code, &named, file, a, err)) < 0 ||
	    (rc = vv_check_rules_text(&text, &has, VV_RULES_NAME, &look, err)) < 0) {
		return rc;
	}
	if (!has) {
		vv_buf_puts(&text, "{\n  \"version\": 1\n}\n");
	}
	vv_json_out w = {.buf = &entry};
	vv_json_put_object(&w, {JSON_TEXT("rule", code)}, {JSON_TEXT_WHEN(named, "name", a->rule)},
			   {JSON_TEXT_WHEN(a->path, "path", a->path)},
			   {JSON_TEXT_WHEN(a->column, "column", a->column)},
			   {JSON_TEXT_WHEN(a->key, "key", a->key)},
			   {JSON_TEXT_WHEN(a->until, "until", a->until)},
			   {JSON_TEXT_WHEN(a->why, "why", a->why)});
	if ((rc = vv_buf_ok(&entry, err)) < 0 || (rc = vv_buf_ok(&text, err)) < 0 ||
	    (rc = vv_splice_open(&s, text.data, text.len, VV_RULES_NAME, err)) < 0 ||
	    (rc = add_entry(&s, vv_buf_cstr(&entry), err)) < 0 ||
	    (rc = vv_rules_file_read(&now, s.text.data, s.text.len, VV_RULES_NAME, err)) < 0 ||
	    (rc = check_place(r, reader, &side, a, err)) < 0) {
		return rc;
	}
	return vv_worktree_write_bytes(r, VV_RULES_NAME, s.text.data, s.text.len, true, err);
}
