/*
 * run: knows which datasets of a version are checked, and what each commit of a range is
 * compared with.
 */
#include "lib/work/check/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/work/check/input.h"
#include "lib/work/check/list.h"
#include "lib/work/check/one.h"

#define SHALLOW_MAX ((size_t)16 << 20)

void vv_diff_side_clear(vv_diff_side *s)
{
	vv_free(s->name);
	memset(s, 0, sizeof(*s));
}

vv_status vv_diff_side_commit(vv_diff_side *out, vv_repository *r, const vv_oid *commit,
			      const char *word, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_auto(char) *hex = NULL;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_rev_short(r, commit, &hex, err)) < 0) return rc;
	if (word) {
		vv_buf_printf(&b, "%s (%s)", word, hex);
	} else {
		vv_buf_puts(&b, hex);
	}
	out->kind = VV_SIDE_COMMIT;
	out->commit = *commit;
	out->name = vv_buf_detach(&b);
	return out->name ? VV_OK : vv_fail_nomem(err);
}

/* Empty where the side has no varve.json; *has may be NULL. */
static vv_status read_text(vv_buf *out, bool *has, const vv_check_input_options *look,
			   vv_error *err)
{
	vv_error why;
	vv_status rc = vv_check_read_beside((void *)(uintptr_t)look, VV_RULES_NAME, out, &why);

	if (has) {
		*has = rc == VV_OK;
	}
	if (rc == VV_OK || rc == VV_ENOTFOUND) return VV_OK;
	*err = why;
	return rc;
}

vv_status vv_check_rules_read(vv_rules_file **out, vv_dataset_reader *s, const vv_diff_side *side,
			      vv_error *err)
{
	vv_check_input_options look = {
		.repo = vv_dataset_reader_repository(s), .reader = s, .side = side};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool has;
	vv_status rc = read_text(&text, &has, &look, err);

	*out = NULL;
	if (rc < 0 || !has) return rc;
	return vv_rules_file_read(out, vv_buf_cstr(&text), text.len, VV_RULES_NAME, err);
}

vv_status vv_check_rules_text(vv_buf *out, vv_repository *r, const vv_oid *commit, vv_error *err)
{
	vv_diff_side side = {.kind = VV_SIDE_COMMIT, .commit = *commit};
	vv_check_input_options look = {.repo = r, .side = &side};

	return read_text(out, NULL, &look, err);
}

/* The rules for a side: its own, or those of the repository's owner. *own is to be freed. */
static vv_status choose_rules(vv_check_run *run, const vv_diff_side *side, vv_rules_file **own,
			      const vv_rules_file **rules, vv_error *err)
{
	vv_check_input_options look = {.repo = run->repo, .reader = run->reader, .side = side};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	*own = NULL;
	if (!run->owner_text) {
		rc = run->repo ? vv_check_rules_read(own, run->reader, side, err) : VV_OK;
		*rules = *own;
		return rc;
	}
	*rules = run->owner;
	if ((rc = read_text(&text, NULL, &look, err)) == VV_OK) {
		run->differs = run->differs || !vv_buf_equal(&text, run->owner_text);
	}
	return rc;
}

/* Is the commit one at which the clone was cut off? */
static vv_status is_shallow(vv_repository *r, const vv_oid *commit, bool *out, vv_error *err)
{
	vv_auto(char) *file = vv_path_join(vv_repository_commondir(r), "shallow", NULL);
	char hex[VV_OID_TEXT + 1];
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_read_file(&text, file, SHALLOW_MAX, err);

	vv_oid_text(hex, commit);
	*out = rc == VV_OK && strstr(vv_buf_cstr(&text), hex) != NULL;
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status fail_shallow(const vv_oid *commit, vv_error *err)
{
	char hex[VV_OID_TEXT + 1];

	vv_oid_text(hex, commit);
	vv_fail(err, VV_EMISSING, "the parent of %.10s is not here: the clone is shallow", hex);
	return vv_hint(
		err,
		"git fetch --deepen=1 gets it (GitHub Actions: fetch-depth: 0; GitLab: GIT_DEPTH: 0)");
}

vv_status vv_check_parent(vv_repository *r, const vv_oid *commit, vv_diff_side *out, bool *has,
			  vv_error *err)
{
	vv_auto(vv_commit) c = {0}, parent = {0};
	bool shallow = false;
	vv_status rc;

	*has = false;
	memset(out, 0, sizeof(*out));
	if ((rc = vv_commit_read(r, commit, &c, err)) < 0 ||
	    (rc = is_shallow(r, commit, &shallow, err)) < 0) {
		return rc;
	}
	if (c.parent_count == 0) return shallow ? fail_shallow(commit, err) : VV_OK;
	if ((rc = vv_commit_read(r, &c.parents[0], &parent, err)) < 0) {
		return shallow ? fail_shallow(commit, err) : rc;
	}
	*has = true;
	return vv_diff_side_commit(out, r, &c.parents[0], NULL, err);
}

static void warn(vv_check_run *run, const char *message)
{
	if (run->warn) {
		run->warn(run->payload, message);
	}
}

/* The trailers of a commit. */
static vv_status read_trailers(vv_check_run *run, const vv_diff_side *side, vv_accepts *out,
			       vv_error *err)
{
	vv_auto(vv_buf) wrong = VV_BUF_INIT;
	vv_auto(vv_commit) c = {0};
	vv_status rc;

	if (side->kind != VV_SIDE_COMMIT || run->ignore_trailers) return VV_OK;
	if ((rc = vv_commit_read(run->repo, &side->commit, &c, err)) < 0) return rc;
	rc = vv_accepts_read(out, c.message, &wrong, err);
	if (rc == VV_OK && wrong.len > 0) {
		wrong.data[wrong.len - 1] = '\0'; /* the last line end */
		warn(run, wrong.data);
	}
	return rc;
}

/* Which of a commit's datasets are checked. */
typedef struct scope {
	const vv_oid *before; /* only what differs from this commit; NULL: all */
	vv_check_list changed;
	bool all; /* what describes datasets has changed */
	bool any; /* a dataset has */
} scope;

static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	scope *s = payload;
	const char *name = vv_path_base(c->path);

	/* a schema may lie in any file beside its package */
	s->all = s->all || strcmp(vv_path_ext(name), "json") == 0;
	if (!vv_array_room(s->changed.items, s->changed.count, s->changed.cap)) {
		return vv_fail_nomem(err);
	}
	vv_check_path *p = &s->changed.items[s->changed.count];
	memset(p, 0, sizeof(*p));
	if (!(p->path = vv_strdup(c->path))) return vv_fail_nomem(err);
	s->changed.count++;
	return VV_OK;
}

/* A table that refers to others may be wrong although only they have changed. */
static vv_status refers(vv_check_run *run, const vv_diff_side *side, const char *path, bool *out,
			vv_error *err)
{
	vv_check_input_options look = {.repo = run->repo, .reader = run->reader, .side = side};
	vv_auto(vv_package_resource) package = {0};
	vv_error why;
	vv_status rc = vv_package_find(&package, path, vv_check_read_beside, &look, &why);

	*out = false;
	if (rc == VV_EINPUT || rc == VV_ENOTFOUND) {
		return VV_OK; /* it is found out when the dataset is checked */
	}
	if (rc < 0) {
		*err = why;
		return rc;
	}
	*out = package.schema.len > 0 && strstr(package.schema.data, "\"foreignKeys\"") != NULL;
	return VV_OK;
}

static vv_status in_scope(vv_check_run *run, const scope *s, const vv_diff_side *side,
			  const char *path, bool *out, vv_error *err)
{
	*out = !s || s->all || vv_check_list_find(&s->changed, path);
	return *out || !s->any ? VV_OK : refers(run, side, path, out, err);
}

static bool matches_any(const char *pattern, const vv_check_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (vv_declared_pattern_has(pattern, list->items[i].path)) return true;
	}
	return false;
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

/* Patterns whose rules check nothing. list: all datasets of the side. */
VV_AUTO_CLEAR(finding_list, finding_list_clear)

static vv_status check_patterns(vv_check_run *run, const vv_rules_file *rules,
				const vv_accepts *trailers, const vv_check_list *list,
				const vv_diff_side *side, vv_error *err)
{
	vv_auto(finding_list) found = {.arena = VV_ARENA_INIT};
	vv_auto(vv_buf) where = VV_BUF_INIT;
	const char *pattern;

	for (size_t i = 0; (pattern = vv_rules_pattern(rules, i, &where)); i++) {
		vv_finding f = {.rule = "no-dataset", .expected = "a pattern that matches one"};

		if (matches_any(pattern, list)) {
			continue;
		}
		f.message = vv_arena_printf(&found.arena, "%s: no dataset matches '%s'",
					    vv_buf_cstr(&where), vv_text_shows(pattern));
		if (!f.message || !vv_array_room(found.items, found.count, found.cap)) {
			return vv_fail_nomem(err);
		}
		found.items[found.count++] = f;
	}
	vv_status rc = vv_buf_ok(&where, err);
	return rc < 0 || found.count == 0
		       ? rc
		       : vv_check_about(run, rules, trailers, side, VV_RULES_NAME, found.items,
					found.count, err);
}

/* whole: no dataset of the side is left out of the list. */
static vv_status check_list(vv_check_run *run, const vv_check_list *list, bool whole,
			    const scope *s, const vv_diff_side *side, const vv_diff_side *base,
			    vv_error *err)
{
	vv_auto(vv_rules_file) *own = NULL;
	const vv_rules_file *rules = NULL;
	vv_auto(vv_accepts) trailers = {0};
	vv_status rc;

	if ((rc = read_trailers(run, side, &trailers, err)) < 0 ||
	    (rc = choose_rules(run, side, &own, &rules, err)) < 0 ||
	    (whole && own && (!s || s->all) &&
	     (rc = check_patterns(run, rules, &trailers, list, side, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < list->count; i++) {
		const vv_check_path *p = &list->items[i];
		bool wanted = false;

		if (!vv_rules_left_out(rules, p->path) &&
		    (rc = in_scope(run, s, side, p->path, &wanted, err)) == VV_OK && wanted) {
			rc = vv_check_dataset(run, rules, &trailers, side, base, p, err);
		}
	}
	return rc;
}

vv_status vv_check_side(vv_check_run *run, const vv_diff_side *side, const vv_diff_side *base,
			int argc, char **argv, vv_error *err)
{
	vv_auto(vv_check_list) list = {0};
	vv_status rc = vv_check_list_read(&list, run->repo, run->reader, side, argc, argv, false,
					  err);

	if (rc < 0) return rc;
	if (run->rows && list.count > 1) {
		rc = vv_fail(err, VV_EUSAGE, "--failed-rows takes one dataset, and there are %zu",
			     list.count);
		vv_hint(err, "name one of them, such as '%s'", vv_text_shows(list.items[0].path));
		return rc;
	}
	return check_list(run, &list, argc == 0, NULL, side, base, err);
}

static void scope_clear(scope *s)
{
	vv_check_list_clear(&s->changed);
}

VV_AUTO_CLEAR(scope, scope_clear)

static vv_status check_commit(vv_check_run *run, const vv_oid *commit, const vv_diff_side *base,
			      int argc, char **argv, vv_error *err)
{
	vv_auto(vv_diff_side) side = {0}, parent = {0};
	vv_auto(vv_check_list) list = {0};
	vv_auto(scope) s = {.before = NULL};
	bool has_parent = false;
	vv_status rc;

	if ((rc = vv_diff_side_commit(&side, run->repo, commit, NULL, err)) < 0 ||
	    (rc = vv_check_parent(run->repo, commit, &parent, &has_parent, err)) < 0 ||
	    (rc = vv_check_list_read(&list, run->repo, run->reader, &side, argc, argv, true, err)) <
		    0 ||
	    (has_parent && (rc = vv_tree_changes(run->repo, &parent.commit, commit, "", on_change,
						 &s, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; i < list.count; i++) {
		s.any = s.any || vv_check_list_find(&s.changed, list.items[i].path);
	}
	return check_list(run, &list, argc == 0, has_parent ? &s : NULL, &side,
			  base                          ? base
			  : has_parent && !run->no_base ? &parent
							: NULL,
			  err);
}

vv_status vv_check_range(vv_check_run *run, const vv_oid *include, const vv_oid *exclude,
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
	if ((rc = vv_log_open(&log, run->repo, &o, err)) < 0) return rc;
	while ((more = vv_log_next(log, &commit, err)) > 0) {
		if ((rc = check_commit(run, &commit, base, argc, argv, err)) < 0) return rc;
	}
	return (vv_status)more;
}

/* All commits of a push under one set of rules. */
static vv_status judge(vv_check_run *run, const vv_oid *old, const vv_oid *new_commit,
		       vv_severity fail_on, bool *valid, vv_buf *text, vv_error *err)
{
	vv_report_options o = {.limit = 10, .fail_on = fail_on};
	vv_status rc = vv_report_new(&run->report, &o, err);

	if (rc == VV_OK) {
		rc = vv_check_range(run, new_commit, old, NULL, 0, NULL, err);
	}
	if (rc == VV_OK && run->unread.code < 0) {
		*err = run->unread;
		rc = err->code;
	}
	if (rc == VV_OK) {
		*valid = vv_report_valid(run->report);
		rc = *valid ? VV_OK : vv_report_write(run->report, VV_REPORT_TEXT, text, err);
	}
	vv_report_free(run->report);
	run->report = NULL;
	return rc;
}

vv_status vv_check_commits(vv_repository *r, const vv_oid *old, const vv_oid *new_commit,
			   const vv_buf *owner, bool trailers, bool *valid, vv_buf *text,
			   vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(vv_repository_varvedir(r), "cache", "check", NULL);
	vv_auto(vv_rules_file) *rules = NULL;
	vv_auto(vv_dataset_reader) *reader = NULL;
	vv_auto(vv_check_cache) *cache = NULL;
	vv_check_run run = {.repo = r,
			    .words = vv_repository_words(r),
			    .limit = 10,
			    .ignore_trailers = !trailers,
			    .owner_text = owner};
	uint32_t nsec;
	vv_status rc;

	*valid = false;
	vv_now(&run.now, &nsec);
	if (!dir) return vv_fail_nomem(err);
	if ((owner && owner->len > 0 &&
	     (rc = vv_rules_file_read(&rules, owner->data, owner->len,
				      "the rules of the repository", err)) < 0) ||
	    (rc = vv_dataset_reader_open(&reader, r, NULL, err)) < 0 ||
	    (rc = vv_check_cache_open(&cache, dir, err)) < 0) {
		return rc;
	}
	run.owner = rules;
	run.reader = reader;
	run.cache = cache;
	rc = judge(&run, old, new_commit, vv_rules_fail_on(rules), valid, text, err);
	if (rc == VV_OK && *valid && run.differs) {
		run.owner_text = NULL;
		rc = judge(&run, old, new_commit, VV_SEVERITY_ERROR, valid, text, err);
	}
	*valid = *valid && rc == VV_OK;
	return rc;
}
