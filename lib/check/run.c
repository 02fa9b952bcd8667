/*
 * run: which datasets of a version are checked, and what each commit of a range is compared with.
 */
#include "lib/check/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint_text.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/declared.h"
#include "lib/check/input.h"
#include "lib/check/kept_verdict.h"
#include "lib/check/list.h"
#include "lib/check/one.h"
#include "repo/git/history/promised.h"
#include "repo/git/index/attributes.h"
#include "repo/known/erased.h"

vv_status vv_check_rules_read(vv_rules_file **out, vv_dataset_reader *s, const vv_diff_side *side,
			      vv_error *err)
{
	vv_check_input_options look = {
		.repo = vv_dataset_reader_parts(s)->repo, .reader = s, .side = side};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool has;
	vv_status rc = vv_check_rules_text(&text, &has, VV_RULES_NAME, &look, err);

	*out = NULL;
	if (rc == VV_OK && has) {
		rc = vv_rules_file_read(out, vv_buf_cstr(&text), text.len, VV_RULES_NAME, err);
	}
	vv_buf_reset(&text);
	if (rc < 0 || (rc = vv_check_rules_text(&text, &has, VV_CHECKS_NAME, &look, err)) < 0 ||
	    !has) {
		return rc;
	}
	rc = vv_rules_file_add(out, vv_buf_cstr(&text), text.len, VV_CHECKS_NAME, err);
	if (rc < 0) {
		vv_rules_file_free(*out);
		*out = NULL;
	}
	return rc;
}

vv_status vv_check_parent(vv_repository *r, const vv_oid *commit, vv_diff_side *out, bool *has,
			  vv_error *err)
{
	vv_auto(vv_commit) c = {0}, parent = {0};
	vv_status rc;

	*has = false;
	memset(out, 0, sizeof(*out));
	if ((rc = vv_commit_read(r, commit, &c, err)) < 0 || c.parent_count == 0) return rc;
	if ((rc = vv_commit_read(r, &c.parents[0], &parent, err)) == VV_ENOTFOUND &&
	    vv_repository_is_shallow(r)) {
		return vv_fail(err, VV_EMISSING,
			       "the parent of %.10s is missing, as the clone is shallow\n'git "
			       "fetch --deepen=1' gets it (GitHub Actions: fetch-depth: 0; GitLab: "
			       "GIT_DEPTH: 0)",
			       vv_oid_shows(commit));
	}
	if (rc < 0) return rc;
	*has = true;
	return vv_diff_side_commit(out, r, &c.parents[0], NULL, err);
}

/* Which of a commit's datasets are checked. */
typedef struct scope {
	vv_check_list changed;
	bool all; /* what describes datasets has changed */
	bool any; /* a dataset has */
} scope;

static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	scope *s = payload;
	const char *name = vv_path_base(c->path);

	/* a schema may be in any file beside its package */
	s->all = s->all || strcmp(vv_path_ext(name), "json") == 0 ||
		 strcmp(c->path, VV_CHECKS_NAME) == 0;
	return vv_check_list_add(&s->changed, c->path, NULL, NULL, err);
}

/* A table that refers to others may be wrong although only they have changed. */
static vv_status refers_to_changed(vv_check_run *run, const vv_diff_side *side, const char *path,
				   bool *out, vv_error *err)
{
	vv_check_input_options look = {.repo = run->repo, .reader = run->reader, .side = side};
	vv_auto(vv_package_resource) package = {0};
	const vv_status rc = vv_package_find(&package, path, vv_check_read_beside, &look, err);

	*out = false;
	if (rc < 0) { /* an invalid package is reported when the dataset is checked */
		return vv_error_excuse(rc, rc == VV_EINPUT || rc == VV_ENOTFOUND, err);
	}
	*out = package.schema.len > 0 && strstr(package.schema.data, "\"foreignKeys\"") != NULL;
	return VV_OK;
}

/* The file, of a table of a document that of the document. */
static bool has_changed(const scope *s, const vv_check_path *p)
{
	vv_auto(char) *file = p->document > 0 ? vv_strndup(p->path, p->document) : NULL;

	return vv_check_list_find(&s->changed, file ? file : p->path) != NULL;
}

static vv_status in_scope(vv_check_run *run, const scope *s, const vv_rules_file *rules,
			  const vv_diff_side *side, const vv_check_path *p, bool *out,
			  vv_error *err)
{
	const char *path = p->path;
	const vv_check_rule *rule;

	*out = !s || s->all || has_changed(s, p);
	for (size_t i = 0; s && s->any && !*out && (rule = vv_rules_check(rules, path, &i));) {
		*out = rule->kind == VV_CHECK_REFERENCES;
	}
	return *out || !s->any ? VV_OK : refers_to_changed(run, side, path, out, err);
}

static bool matches_any(const char *pattern, const vv_check_list *list)
{
	return vv_array_find(list->items, list->count, it,
			     vv_declared_pattern_has(pattern, it->path)) != NULL;
}

/* Findings and their messages. */
typedef struct finding_list {
	vv_finding *items;
	size_t count, cap;
	vv_arena arena;
} finding_list;

static void finding_list_clear(finding_list *list)
{
	vv_free(list->items);
	vv_arena_clear(&list->arena);
}

VV_AUTO_CLEAR(finding_list, finding_list_clear)

/* Takes f with a message of its own; NULL: memory ran out. */
static vv_status add_finding(finding_list *list, vv_finding f, const char *message, vv_error *err)
{
	f.message = message;
	return message && vv_array_add(list->items, list->count, list->cap, f) ? VV_OK
									       : vv_fail_nomem(err);
}

/* Reports them as those of a path. */
static vv_status report_all(finding_list *list, vv_check_run *run, const vv_rules_file *rules,
			    const vv_diff_side *side, const char *path, vv_error *err)
{
	vv_status rc = list->count == 0 ? VV_OK
					: vv_check_about(run, rules, side, path, list->items,
							 list->count, err);

	list->count = 0;
	return rc;
}

/* Patterns whose rules check nothing. list: all datasets of the side. */
static vv_status check_patterns(vv_check_run *run, const vv_rules_file *rules,
				const vv_check_list *list, const vv_diff_side *side, vv_error *err)
{
	vv_auto(finding_list) found = {.arena = VV_ARENA_INIT};
	vv_auto(vv_buf) where = VV_BUF_INIT;
	const char *pattern, *file = VV_RULES_NAME;
	vv_status rc = VV_OK;

	for (size_t i = 0; (pattern = vv_rules_pattern(rules, i, &where)); i++) {
		const vv_finding f = {.rule = "no-dataset",
				      .expected = "a pattern that matches a table"};

		if (*vv_buf_cstr(&where) != '/' && strcmp(file, VV_CHECKS_NAME) != 0) {
			/* those of varve.json come first */
			rc = report_all(&found, run, rules, side, file, err);
			file = VV_CHECKS_NAME;
		}
		if (rc < 0) return rc;
		if (!matches_any(pattern, list) &&
		    add_finding(&found, f,
				vv_arena_printf(&found.arena, "%s: no table matches '%s'",
						vv_buf_cstr(&where), vv_text_shows(pattern)),
				err) < 0) {
			return VV_ENOMEM;
		}
	}
	rc = vv_buf_ok(&where, err);
	return rc < 0 ? rc : report_all(&found, run, rules, side, file, err);
}

/* Entries of "accept" that ended. */
static vv_status check_ended(vv_check_run *run, const vv_rules_file *rules,
			     const vv_diff_side *side, vv_error *err)
{
	vv_auto(finding_list) found = {.arena = VV_ARENA_INIT};
	vv_auto(vv_buf) text = VV_BUF_INIT;

	for (size_t i = 0; vv_rules_ended(rules, &i, run->now, &text);) {
		const vv_finding f = {
			.rule = "accept-ended",
			.expected = "corrected data, or a later day in this entry's \"until\""};

		if (add_finding(&found, f,
				vv_arena_printf(&found.arena, "ended: %s", vv_buf_cstr(&text)),
				err) < 0) {
			return VV_ENOMEM;
		}
	}
	vv_status rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : report_all(&found, run, rules, side, VV_RULES_NAME, err);
}

/* A job with a token reads no documents, with a note. */
static vv_status open_documents(vv_check_run *run, vv_check_list *list, const vv_diff_side *side,
				const vv_rules_file *rules, vv_error *err)
{
	for (size_t i = 0; run->no_documents && i < list->document_count; i++) {
		if (!list->documents[i].gone) {
			vv_notes_put(
				vv_repository_notes(run->repo),
				"%s: not checked, as this machine runs no readers of documents",
				vv_text_shows(list->documents[i].path));
		}
	}
	return vv_check_list_open_documents(list, run->repo, run->reader, side, rules,
					    run->no_documents, err);
}

/* The pattern of rules that matched the path in the base, but not its new name; NULL: none. */
static const char *lost_pattern(const vv_rules_file *rules, const vv_check_path *p, vv_buf *where)
{
	const char *pattern;

	for (size_t i = 0; (pattern = vv_rules_pattern(rules, i, where)); i++) {
		if (vv_declared_pattern_has(pattern, p->was) &&
		    !vv_declared_pattern_has(pattern, p->path)) {
			break;
		}
	}
	return pattern;
}

/* A table of the base that is gone, or has been renamed out of the reach of its rules. */
static vv_status check_gone(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			    const vv_check_path *p, vv_error *err)
{
	const char *was = p->gone ? p->path : p->was, *now = p->gone ? p->now : p->path;
	vv_auto(vv_buf) where = VV_BUF_INIT, message = VV_BUF_INIT, expected = VV_BUF_INIT;
	vv_finding f = {.rule = "table-removed"};
	const bool unchecked = p->gone || vv_rules_left_out(rules, p->path);
	vv_status rc;

	if (!was || run->spelled || run->explain || vv_rules_left_out(rules, was) ||
	    (!unchecked && !lost_pattern(rules, p, &where))) {
		return VV_OK;
	}
	vv_buf_printf(&message, now ? "the table is now '%s', " : "the table is gone",
		      now ? vv_text_shows(now) : "");
	if (now) {
		vv_buf_printf(&message,
			      unchecked ? "which is not checked%s" : "without its rules (%s)",
			      vv_buf_cstr(&where));
	}
	vv_buf_puts(&expected, "all tables of the base");
	(void)vv_hint_put(&expected, "; if it is intended: ",
			  run->repo ? vv_repository_words(run->repo) : NULL, VV_HINT_ACCEPT, f.rule,
			  was);
	f.message = vv_buf_cstr(&message);
	f.expected = vv_buf_cstr(&expected);
	return (rc = vv_buf_ok(&message, err)) < 0 || (rc = vv_buf_ok(&expected, err)) < 0
		       ? rc
		       : vv_check_about(run, rules, side, was, &f, 1, err);
}

/* Opens the verdicts of whole tables, unless an option changes findings, or wants more than verdicts. */
static vv_status open_verdicts(vv_check_verdicts **out, const vv_check_run *run,
			       const vv_check_verdicts_of *of, vv_error *err)
{
	if (!run->keep_verdicts || !run->repo || !run->reader || !run->cache || run->new_only ||
	    run->in_range || run->only_count > 0 || run->skip_count > 0 || run->accept_count > 0 ||
	    run->owner || run->erased || run->rows || run->schema || run->written ||
	    run->standard || run->rules_text || run->share || run->result_count > 0 ||
	    run->spelled || run->explain) {
		return VV_OK;
	}
	return vv_check_verdicts_open(out, of, err);
}

/* whole: no dataset of the side is left out of the list. */
static vv_status check_list(vv_check_run *run, vv_check_list *list, bool whole, const scope *s,
			    const vv_diff_side *side, const vv_diff_side *base, vv_error *err)
{
	vv_auto(vv_rules_file) *own = NULL;
	const vv_rules_file *rules = run->owner ? run->owner->rules : NULL;
	vv_status rc = VV_OK;

	if (!run->owner && run->repo) {
		rc = vv_check_rules_read(&own, run->reader, side, err);
		rules = own;
	}
	if (rc == VV_OK && run->repo) {
		rc = open_documents(run, list, side, rules, err);
	}
	if (rc < 0 ||
	    (whole && rules && !run->no_documents && (!s || s->all) &&
	     (rc = check_patterns(run, rules, list, side, err)) < 0) ||
	    (rules && (rc = check_ended(run, rules, side, err)) < 0)) {
		return rc;
	}
	vv_auto(vv_attr_held) held VV_UNUSED = run->repo ? vv_attr_hold(run->repo)
							 : (vv_attr_held){NULL};
	vv_auto(vv_check_verdicts) *verdicts = NULL;
	const vv_check_verdicts_of of = {.repo = run->repo,
					 .reader = run->reader,
					 .cache = run->cache,
					 .rules = rules,
					 .side = side,
					 .base = base};
	rc = open_verdicts(&verdicts, run, &of, err);
	run->verdicts = verdicts;
	for (size_t i = 0; rc == VV_OK && i < list->count; i++) {
		const vv_check_path *p = &list->items[i];
		bool wanted = false;

		if ((run->no_documents && p->document > 0 && !p->named) ||
		    (rc = in_scope(run, s, rules, side, p, &wanted, err)) < 0 || !wanted ||
		    (rc = check_gone(run, rules, side, p, err)) < 0 || p->gone ||
		    vv_rules_left_out(rules, p->path)) {
			continue;
		}
		rc = vv_check_dataset(run, rules, side, base, p, err);
	}
	run->verdicts = NULL;
	return rc;
}

/* Refuses several tables. Those that only the base has do not count. */
static vv_status want_one(const vv_check_list *list, vv_error *err)
{
	const vv_check_path *first = NULL;
	size_t count = 0;

	vv_array_each(list->items, list->count, it) {
		count += !it->gone;
		first = first || it->gone ? first : it;
	}
	return count > 1 ? vv_fail(err, VV_EUSAGE,
				   "--failed-rows and --passed-rows take one table, not %zu\nname "
				   "one of them, such as '%s'",
				   count, vv_text_shows(first->path))
			 : VV_OK;
}

/* Opens the lists of erased data. VV_EREFUSED: the commit `include` (NULL: none), or one below it that
 * `exclude`, or without it a ref, does not reach, has erased data. */
static vv_status open_erased(vv_erased **out, const vv_check_run *run, const vv_oid *include,
			     const vv_oid *exclude, vv_error *err)
{
	vv_auto(vv_oids) wants = {0}, haves = {0};
	vv_status rc = vv_erased_open(out, run->repo, err);

	if (rc < 0 || !*out || !include) return rc;
	if ((rc = vv_oids_add(&wants, include, err)) < 0 ||
	    (rc = exclude ? vv_oids_add(&haves, exclude, err)
			  : vv_erased_haves(&haves, run->repo, err)) < 0) {
		return rc;
	}
	rc = vv_erased_refuse(*out, run->repo, &wants, &haves, err);
	return rc == VV_EREFUSED ? vv_hint_code(err, VV_HINT_ERASED_FROM) : rc;
}

vv_status vv_check_side(vv_check_run *run, const vv_diff_side *side, const vv_diff_side *base,
			int argc, char **argv, vv_error *err)
{
	vv_auto(vv_erased) *erased = NULL;
	vv_auto(vv_check_list) list = {0};
	vv_status rc = open_erased(&erased, run,
				   side->kind == VV_SIDE_COMMIT ? &side->commit : NULL, NULL, err);

	if (rc < 0 ||
	    (rc = vv_check_list_read(&list, run->repo, run->reader, side, base, argc, argv,
				     run->exact ? VV_CHECK_EXACT : VV_CHECK_ALL_OF, err)) < 0 ||
	    (run->rows && (rc = want_one(&list, err)) < 0)) {
		return rc;
	}
	run->erased = erased;
	rc = check_list(run, &list, argc == 0, NULL, side, base, err);
	run->erased = NULL;
	return rc;
}

static void scope_clear(scope *s)
{
	vv_check_list_clear(&s->changed);
}

VV_AUTO_CLEAR(scope, scope_clear)

vv_status vv_check_commit(vv_check_run *run, const vv_oid *commit, const vv_diff_side *base,
			  int argc, char **argv, vv_error *err)
{
	vv_auto(vv_diff_side) side = {0}, parent = {0};
	vv_auto(vv_check_list) list = {0};
	vv_auto(scope) s = {.all = false};
	bool has_parent = false;
	vv_status rc;

	if ((rc = vv_diff_side_commit(&side, run->repo, commit, NULL, err)) < 0 ||
	    (rc = vv_check_parent(run->repo, commit, &parent, &has_parent, err)) < 0) {
		return rc;
	}
	if (!base) {
		base = has_parent && !run->no_base ? &parent : NULL;
	}
	if ((rc = vv_check_list_read(&list, run->repo, run->reader, &side, base, argc, argv,
				     VV_CHECK_ANY_OF, err)) < 0 ||
	    (has_parent && (rc = vv_tree_changes(run->repo, &parent.commit, commit, "", on_change,
						 &s, err)) < 0)) {
		return rc;
	}
	vv_array_each(list.items, list.count, item) {
		s.any = s.any || has_changed(&s, item);
	}
	return check_list(run, &list, argc == 0, has_parent ? &s : NULL, &side, base, err);
}

static vv_status check_range(vv_check_run *run, const vv_oid *include, const vv_oid *exclude,
			     const vv_diff_side *base, int argc, char **argv, vv_error *err)
{
	vv_range range = {.include = *include, .has_exclude = exclude != NULL};
	vv_log_options o = {.ranges = &range, .range_count = 1, .reverse = true, .topo = true};
	vv_auto(vv_log) *log = NULL;
	vv_oid commit;
	int more;
	vv_status rc;

	if (exclude) {
		range.exclude = *exclude;
	}
	if ((rc = vv_promised_bring(run->repo, &o, err)) < 0 ||
	    (rc = vv_log_open(&log, run->repo, &o, err)) < 0) {
		return rc;
	}
	run->in_range = true;
	run->expired = run->checked = 0;
	while ((more = vv_log_next(log, &commit, err)) > 0) {
		if ((rc = vv_check_commit(run, &commit, base, argc, argv, err)) < 0) return rc;
	}
	run->in_range = false;
	if (more == 0 && run->expired > 0 && run->checked == 0) {
		return vv_fail(err, VV_EMISSING,
			       "nothing was checked: the rows of all versions in this range have "
			       "expired");
	}
	return (vv_status)more;
}

/* ---- requests ---- */

/* A request's changes of the rules, in the order of the report. */
typedef struct listing {
	vv_check_run *run;
	const vv_check_owner *owner;
	const vv_diff_side *side;
	finding_list *found; /* borrowed */
	bool any;
} listing;

static vv_status on_rule_change(void *payload, const char *line, vv_error *err)
{
	listing *l = payload;
	const vv_finding f = {
		.rule = "rules-changed",
		.expected = "the rules of the base; the change applies once it is merged"};

	l->any = true;
	return add_finding(l->found, f, vv_arena_printf(&l->found->arena, "%s", line), err);
}

static vv_status report_changes(listing *l, const char *path, vv_error *err)
{
	return report_all(l->found, l->run, l->owner->rules, l->side, path, err);
}

/* For everything that the owner describes, including tables missing in the commit. */
static vv_status list_schemas(listing *l, int argc, char **argv, vv_error *err)
{
	vv_check_input_options now = {.repo = l->run->repo, .side = l->side}, was = now;
	vv_auto(vv_check_list) list = {0};
	vv_status rc = vv_check_list_read(&list, l->run->repo, l->run->reader, &l->owner->side,
					  NULL, argc, argv, VV_CHECK_ANY_OF, err);

	was.side = &l->owner->side;
	for (size_t i = 0; rc == VV_OK && i < list.count; i++) {
		vv_auto(vv_package_resource) a = {0}, b = {0};
		const char *path = list.items[i].path;
		bool described;

		if ((rc = vv_check_described(&a, &described, path, &was, err)) < 0) return rc;
		if (!described || a.schema.len == 0) {
			continue;
		}
		if ((rc = vv_check_described(&b, &described, path, &now, err)) < 0 ||
		    (rc = vv_check_schema_changes(&a.schema, b.schema.len > 0 ? &b.schema : NULL,
						  on_rule_change, l, err)) < 0) {
			return rc;
		}
		rc = report_changes(l, path, err);
	}
	return rc;
}

static vv_status on_json(void *payload, const vv_change *c, vv_error *err VV_UNUSED)
{
	bool *any = payload;

	*any = *any || strcmp(vv_path_ext(c->path), "json") == 0;
	return VV_OK;
}

/* Lists the commit's differences from the owner in the report; *any: any. */
static vv_status list_changes(vv_check_run *run, const vv_check_owner *owner, const vv_oid *commit,
			      int argc, char **argv, bool *any, vv_error *err)
{
	vv_auto(vv_diff_side) side = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT, checks = VV_BUF_INIT;
	vv_check_input_options look = {.repo = run->repo, .side = &side};
	vv_auto(finding_list) found = {.arena = VV_ARENA_INIT};
	listing l = {.run = run, .owner = owner, .side = &side, .found = &found};
	bool json = false, has;
	vv_status rc;

	if ((rc = vv_diff_side_commit(&side, run->repo, commit, NULL, err)) < 0 ||
	    (rc = vv_check_rules_text(&text, &has, VV_RULES_NAME, &look, err)) < 0 ||
	    (rc = vv_check_rules_changes(owner->text.len > 0 ? &owner->text : NULL,
					 has ? &text : NULL, on_rule_change, &l, err)) < 0 ||
	    (rc = report_changes(&l, VV_RULES_NAME, err)) < 0 ||
	    (rc = vv_check_rules_text(&checks, NULL, VV_CHECKS_NAME, &look, err)) < 0 ||
	    (rc = vv_check_lines_changes(&owner->checks, &checks, on_rule_change, &l, err)) < 0 ||
	    (rc = report_changes(&l, VV_CHECKS_NAME, err)) < 0) {
		return rc;
	}
	if (owner->has_side && ((rc = vv_tree_changes(run->repo, &owner->side.commit, commit, "",
						      on_json, &json, err)) < 0 ||
				(json && (rc = list_schemas(&l, argc, argv, err)) < 0))) {
		return rc;
	}
	*any = l.any;
	return VV_OK;
}

/* Makes the report of a request by the rules of run->owner, or, if that is NULL, by the request's
 * own. */
static vv_status check_request(vv_check_run *run, const vv_check_request *q, bool *differs,
			       vv_error *err)
{
	vv_status rc;

	vv_report_free(vv_take(&run->report));
	if ((rc = vv_report_new(&run->report, &q->report, err)) < 0 ||
	    (q->owner &&
	     (rc = list_changes(run, q->owner, &q->include, q->argc, q->argv, differs, err)) < 0)) {
		return rc;
	}
	return check_range(run, &q->include, q->has_exclude ? &q->exclude : NULL, q->base, q->argc,
			   q->argv, err);
}

vv_status vv_check_request_run(vv_check_run *run, const vv_check_request *q, vv_error *err)
{
	vv_auto(vv_erased) *erased = NULL;
	bool differs = false;
	vv_status rc = open_erased(&erased, run, &q->include, q->has_exclude ? &q->exclude : NULL,
				   err);

	if (rc < 0) return rc;
	run->owner = q->owner;
	run->erased = erased;
	rc = check_request(run, q, &differs, err);
	if (rc == VV_OK && differs && run->unread.code == VV_OK && vv_report_valid(run->report)) {
		/* its own rules must pass, too, or the branch is invalid after the merge */
		run->owner = NULL;
		rc = check_request(run, q, &differs, err);
	}
	run->erased = NULL;
	return rc;
}

vv_status vv_check_commits(vv_repository *r, const vv_check_request *q, bool *valid, vv_buf *text,
			   vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(vv_repository_varvedir(r), "cache", "check", NULL);
	vv_auto(vv_dataset_reader) *reader = NULL;
	vv_auto(vv_check_cache) *cache = NULL;
	vv_check_run run = {.repo = r,
			    .words = vv_repository_words(r),
			    .limit = q->report.limit,
			    .no_documents = true, /* of pushes by strangers */
			    .no_queries = true};
	vv_status rc;

	*valid = false;
	run.now = vv_now_sec();
	if (!dir) return vv_fail_nomem(err);
	if ((rc = vv_dataset_reader_open(&reader, r, NULL, err)) < 0 ||
	    (rc = vv_check_cache_open(&cache, dir, err)) < 0) {
		return rc;
	}
	run.reader = reader;
	run.cache = cache;
	rc = vv_check_request_run(&run, q, err);
	if (rc == VV_OK && run.unread.code < 0) {
		rc = vv_error_copy(err, &run.unread);
	}
	if (rc == VV_OK) {
		*valid = vv_report_valid(run.report);
		rc = *valid ? VV_OK : vv_report_write(run.report, VV_REPORT_TEXT, text, err);
	}
	if (rc == VV_OK && run.queries_left > 0) {
		vv_buf_printf(text, "%s of %s %s not run here: %s\n",
			      vv_text_counted(run.queries_left, "query", "queries"), VV_CHECKS_NAME,
			      run.queries_left == 1 ? "is" : "are",
			      "a server checks all rules except those with 'select'");
		rc = vv_buf_ok(text, err);
	}
	vv_report_free(run.report);
	return rc;
}
