/*
 * timeline: how verdicts of commits are kept, and how the runs of versions in which a rule fails are found.
 *
 * The record of a commit: a varint for each number, a length and bytes for each text. Its key has the trees of the commit
 * and its parent, and the texts of the rules.
 */
#include "lib/check/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/declared.h"
#include "lib/check/list.h"
#include "repo/git/history/mailmap.h"

typedef struct reading {
	vv_timeline *t;
	vv_check_run *run;
	vv_check_owner owner;
	vv_buf id;    /* what all keys have in common */
	bool history; /* a rule reads versions before the parent */
	int argc;
	char **argv;
} reading;

void vv_timeline_clear(vv_timeline *t)
{
	vv_arena_clear(&t->arena);
	vv_free_all(t->commits, t->results, t->rules);
	*t = (vv_timeline){.commit_count = 0};
}

static void reading_clear(reading *r)
{
	vv_check_owner_clear(&r->owner);
	vv_buf_clear(&r->id);
}

VV_AUTO_CLEAR(reading, reading_clear)

static vv_status read_rules(reading *r, const vv_diff_side *side, vv_error *err)
{
	vv_check_input_options look = {
		.repo = r->run->repo, .reader = r->run->reader, .side = side};
	vv_status rc;

	if ((rc = vv_check_rules_text(&r->owner.text, NULL, VV_RULES_NAME, &look, err)) < 0 ||
	    (rc = vv_check_rules_text(&r->owner.checks, NULL, VV_CHECKS_NAME, &look, err)) < 0) {
		return rc;
	}
	return vv_check_rules_read(&r->owner.rules, r->run->reader, side, err);
}

static void put_text(vv_buf *b, const char *s, size_t len)
{
	vv_buf_put_varint(b, len);
	vv_buf_put(b, len ? s : "", len);
}

static void put_words(vv_buf *b, const char *const *words, size_t count)
{
	vv_buf_put_varint(b, count);
	vv_array_each(words, count, word) {
		put_text(b, *word, strlen(*word));
	}
}

static void make_id(reading *r)
{
	put_text(&r->id, r->owner.text.data, r->owner.text.len);
	put_text(&r->id, r->owner.checks.data, r->owner.checks.len);
	put_words(&r->id, r->run->only, r->run->only_count);
	put_words(&r->id, r->run->skip, r->run->skip_count);
	put_words(&r->id, (const char *const *)r->argv, (size_t)r->argc);
	vv_buf_printf(&r->id, "%d %d", r->run->no_queries, r->run->no_documents);
}

/* --- records --------------------------------------------------------------------------------- */

/* Begins a record, so that one of a commit without tables is not empty, which a cache has as missing. */
#define RECORD 1u

static void put_maybe(vv_buf *b, const char *s)
{
	vv_buf_put_varint(b, s ? strlen(s) + 1 : 0);
	vv_buf_put(b, s ? s : "", s ? strlen(s) : 0);
}

static vv_status put_count(void *payload, const vv_report_count *c, vv_error *err)
{
	const char *const texts[] = {c->path, c->rule, c->name, c->column, c->message};
	vv_buf *b = payload;

	vv_array_each(texts, sizeof(texts) / sizeof(texts[0]), text) {
		put_maybe(b, *text);
	}
	vv_buf_put_varint(b, c->severity);
	vv_buf_put_varint(b, c->found);
	vv_buf_put_varint(b, c->accepted);
	vv_buf_put_varint(b, c->unread);
	return vv_buf_ok(b, err);
}

typedef struct record {
	const uint8_t *at, *end;
	vv_arena *arena;
	bool bad;
} record;

static uint64_t take_number(record *r)
{
	uint64_t n = 0;

	r->bad = r->bad || !vv_varint_read(&r->at, r->end, &n);
	return n;
}

static const char *take_maybe(record *r)
{
	uint64_t len = take_number(r);

	if (r->bad || len == 0) return NULL;
	if (--len > (uint64_t)(r->end - r->at)) {
		r->bad = true;
		return NULL;
	}
	const char *s = vv_arena_strndup(r->arena, (const char *)r->at, (size_t)len);
	r->bad = r->bad || !s;
	r->at += len;
	return s;
}

/* *sound: the whole record was taken; else nothing of it was. */
static vv_status take_record(vv_timeline *t, size_t commit, const vv_buf *b, bool *sound,
			     vv_error *err)
{
	record r = {.at = (const uint8_t *)vv_buf_cstr(b), .arena = &t->arena};
	size_t before = t->result_count;

	r.end = r.at + b->len;
	r.bad = take_number(&r) != RECORD;
	while (r.at < r.end && !r.bad) {
		vv_timeline_result v = {.commit = commit};

		const char **const texts[] = {&v.count.path, &v.count.rule, &v.count.name,
					      &v.count.column, &v.count.message};

		vv_array_each(texts, sizeof(texts) / sizeof(texts[0]), text) {
			**text = take_maybe(&r);
		}
		v.count.severity = (vv_severity)take_number(&r);
		v.count.found = take_number(&r);
		v.count.accepted = take_number(&r);
		v.count.unread = take_number(&r) == 1;
		r.bad = r.bad || !v.count.path || v.count.severity > VV_SEVERITY_ERROR;
		if (!vv_array_add(t->results, t->result_count, t->result_cap, v)) {
			return vv_fail_nomem(err);
		}
	}
	*sound = !r.bad;
	t->result_count = r.bad ? before : t->result_count;
	return VV_OK;
}

/* --- commits --------------------------------------------------------------------------------- */

static vv_status check_commit(reading *r, const vv_commit *c, vv_buf *out, vv_error *err)
{
	const vv_report_options o = {.limit = 1};
	vv_check_run *run = r->run;
	vv_status rc;

	vv_buf_put_varint(out, RECORD);
	run->limit = 1;
	run->now = c->committer.time;
	run->owner = &r->owner;
	if ((rc = vv_report_new(&run->report, &o, err)) == VV_OK &&
	    (rc = vv_check_commit(run, &c->id, NULL, r->argc, r->argv, err)) == VV_OK) {
		rc = vv_report_each_rule(run->report, put_count, out, err);
	}
	vv_report_free(run->report);
	run->report = NULL;
	run->owner = NULL;
	rc = rc < 0 ? rc : vv_buf_ok(out, err);
	if (rc == VV_OK && run->unread.code < 0) {
		rc = vv_error_copy(err, &run->unread);
	}
	return rc;
}

static vv_status key_of(reading *r, const vv_commit *c, vv_hash128 *out, vv_error *err)
{
	vv_auto(vv_commit) parent = {0};
	size_t len = r->id.len;
	vv_status rc = c->parent_count == 0
			       ? VV_OK
			       : vv_commit_read(r->run->repo, &c->parents[0], &parent, err);

	vv_buf_put(&r->id, &c->tree, sizeof(c->tree));
	vv_buf_put(&r->id, &parent.tree, sizeof(parent.tree));
	if (r->history) {
		vv_buf_put(&r->id, &parent.id, sizeof(parent.id));
	}
	vv_buf_put_varint(&r->id, (uint64_t)c->committer.time);
	*out = vv_xxh3_128(vv_buf_cstr(&r->id), r->id.len, 0);
	r->id.len = r->id.failed ? r->id.len : len;
	return rc < 0 ? rc : vv_buf_ok(&r->id, err);
}

static vv_status keep_commit(vv_timeline *t, const vv_commit *c, vv_error *err)
{
	size_t len;
	const char *subject = vv_commit_subject(c, &len);

	if (!vv_array_room(t->commits, t->commit_count, t->commit_cap)) return vv_fail_nomem(err);
	vv_timeline_commit *k = &t->commits[t->commit_count++];
	*k = (vv_timeline_commit){
		.time = c->author.time,
		.zone_min = c->author.offset_min,
		.author = vv_arena_strndup(&t->arena, c->author.name, strlen(c->author.name)),
		.subject = vv_arena_strndup(&t->arena, subject, len)};
	vv_oid_text(k->hex, &c->id);
	return k->author && k->subject ? VV_OK : vv_fail_nomem(err);
}

static vv_status take_commit(reading *r, const vv_oid *id, vv_error *err)
{
	vv_auto(vv_commit) c = {0};
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_timeline *t = r->t;
	size_t before = t->result_count;
	vv_hash128 key;
	bool sound = false;
	int got = 0;
	vv_status rc;

	if ((rc = vv_mailmap_commit_read(r->run->repo, id, &c, err)) < 0 ||
	    (rc = key_of(r, &c, &key, err)) < 0) {
		return rc;
	}
	if (r->run->cache &&
	    (got = vv_check_cache_get(r->run->cache, "timeline", key, &b, err)) < 0) {
		return (vv_status)got;
	}
	if (got && (rc = take_record(t, t->commit_count, &b, &sound, err)) < 0) return rc;
	if (!sound) {
		vv_buf_reset(&b);
		if ((rc = check_commit(r, &c, &b, err)) < 0 ||
		    (rc = take_record(t, t->commit_count, &b, &sound, err)) < 0 ||
		    (r->run->cache && (rc = vv_check_cache_put(r->run->cache, "timeline", key,
							       vv_buf_cstr(&b), b.len, err)) < 0)) {
			return rc;
		}
	}
	return sound && t->result_count == before ? VV_OK : keep_commit(t, &c, err);
}

static bool reads_history(const vv_rules_file *rules)
{
	const vv_check_rule *rule;

	for (size_t i = 0; (rule = vv_rules_check(rules, NULL, &i));) {
		if (rule->is_older) return true;
	}
	return false;
}

static vv_status take_all(reading *r, const vv_oid *head, vv_error *err)
{
	vv_range range = {.include = *head};
	vv_log_options o = {.ranges = &range,
			    .range_count = 1,
			    .first_parent = true,
			    .reverse = true,
			    .topo = true};
	vv_auto(vv_log) *log = NULL;
	vv_oid commit;
	int more;
	vv_status rc = vv_log_open(&log, r->run->repo, &o, err);

	if (rc < 0) return rc;
	make_id(r);
	r->history = reads_history(r->owner.rules);
	while ((more = vv_log_next(log, &commit, err)) > 0) {
		if ((rc = take_commit(r, &commit, err)) < 0) return rc;
	}
	return (vv_status)more;
}

vv_status vv_timeline_read(vv_timeline *t, vv_check_run *run, const vv_oid *head,
			   const vv_diff_side *rules, int argc, char **argv, vv_error *err)
{
	vv_auto(reading) r = {.t = t, .run = run, .argc = argc, .argv = argv};
	vv_status rc = read_rules(&r, rules, err);

	return rc < 0 ? rc : take_all(&r, head, err);
}

vv_status vv_timeline_try(vv_timeline *t, vv_check_run *run, const vv_oid *head,
			  const vv_buf *checks, char *path, vv_error *err)
{
	vv_auto(reading) r = {.t = t, .run = run, .argc = 1, .argv = &path};
	vv_status rc;

	if ((rc = vv_buf_write(&r.owner.checks, checks->data, checks->len, err)) < 0 ||
	    (rc = vv_rules_file_add(&r.owner.rules, checks->data, checks->len, VV_CHECKS_NAME,
				    err)) < 0) {
		return rc;
	}
	return take_all(&r, head, err);
}

/* --- rules ----------------------------------------------------------------------------------- */

/* Rules of the project are identified by their names, others by code and column. */
static vv_timeline_rule *find_rule(vv_timeline *t, size_t from, const vv_report_count *c)
{
	for (size_t i = from; i < t->rule_count; i++) {
		vv_timeline_rule *r = &t->rules[i];

		if (vv_text_same(r->name, c->name) &&
		    (r->name ||
		     (vv_text_same(r->rule, c->rule) && vv_text_same(r->column, c->column)))) {
			return r;
		}
	}
	return NULL;
}

static vv_status add_rule(vv_timeline *t, const vv_report_count *c, vv_timeline_rule **out,
			  vv_error *err)
{
	if (!vv_array_room(t->rules, t->rule_count, t->rule_cap)) return vv_fail_nomem(err);
	*out = &t->rules[t->rule_count++];
	**out = (vv_timeline_rule){.path = c->path,
				   .rule = c->rule,
				   .name = c->name,
				   .column = c->column,
				   .state = VV_TIMELINE_HOLDS,
				   .severity = c->severity,
				   .since = SIZE_MAX};
	return VV_OK;
}

/* A finding in the version-th of the path; `versions` of a rule is the last one in which it was found, until the end. */
static vv_status found_in(vv_timeline *t, size_t from, const vv_timeline_result *v, size_t version,
			  vv_error *err)
{
	vv_timeline_state state = v->count.unread ? VV_TIMELINE_AWAY : VV_TIMELINE_FAILS;
	vv_timeline_rule *r = find_rule(t, from, &v->count);
	bool again = r && r->versions == version; /* as another code, in the same version */
	vv_status rc = VV_OK;

	if (v->count.found == 0) return VV_OK; /* all of them accepted */
	if (!r && (rc = add_rule(t, &v->count, &r, err)) < 0) return rc;
	if (!again && (r->versions + 1 != version || r->state != state)) {
		r->since = v->commit;
	}
	r->since = version == 1 && state == VV_TIMELINE_AWAY ? SIZE_MAX : r->since;
	r->found = v->count.found + (again ? r->found : 0);
	r->failed += !again && state == VV_TIMELINE_FAILS;
	r->versions = version;
	r->state = state;
	r->severity = v->count.severity;
	r->message = v->count.message;
	return VV_OK;
}

/* Rules of varve.checks for the path that were never found to be wrong. queries: they were run. */
static vv_status add_held(vv_timeline *t, size_t from, const vv_rule_set *set, const char *path,
			  bool queries, vv_error *err)
{
	vv_array_each(set->lines, set->line_count, line) {
		vv_report_count c = {
			.path = path,
			.rule = line->rule->code,
			.name = vv_arena_printf(&t->arena, "%s", vv_check_rule_title(line)),
			.severity = line->severity};
		vv_timeline_rule *r;
		vv_status rc;

		if (!c.name) return vv_fail_nomem(err);
		if (line->severity != VV_SEVERITY_OFF &&
		    (queries || line->kind != VV_CHECK_SELECT) && !find_rule(t, from, &c) &&
		    (rc = add_rule(t, &c, &r, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static int by_state(const void *a, const void *b)
{
	const vv_timeline_rule *x = a, *y = b;

	return x->state != y->state ? (x->state > y->state) - (x->state < y->state)
				    : (x->versions > y->versions) - (x->versions < y->versions);
}

static vv_status sum_path(vv_timeline *t, const char *path, const vv_rule_set *set, bool queries,
			  vv_error *err)
{
	vv_auto_free size_t *at = vv_calloc(t->commit_count + 2,
					    sizeof(*at)); /* commits of the versions */
	size_t from = t->rule_count, count = 0;
	vv_status rc;

	if (!at) return vv_fail_nomem(err);
	vv_array_each(t->results, t->result_count, v) {
		if (strcmp(v->count.path, path) != 0) {
			continue;
		}
		if (!v->count.rule) {
			at[++count] = v->commit;
		} else if ((rc = found_in(t, from, v, count, err)) < 0) {
			return rc;
		}
	}
	if ((rc = add_held(t, from, set, path, queries, err)) < 0) return rc;
	for (size_t i = from; i < t->rule_count; i++) {
		vv_timeline_rule *r = &t->rules[i];

		if (r->versions < count) {
			r->since = r->versions > 0 ? at[r->versions + 1] : SIZE_MAX;
			r->state = VV_TIMELINE_HOLDS;
			r->found = 0;
		}
		r->versions = count;
		r->path = path;
	}
	if (t->rule_count > from) {
		qsort(t->rules + from, t->rule_count - from, sizeof(*t->rules), by_state);
	}
	return VV_OK;
}

vv_status vv_timeline_sum(vv_timeline *t, vv_check_run *run, const vv_oid *head,
			  const vv_diff_side *rules, int argc, char **argv, vv_error *err)
{
	vv_auto(vv_rules_file) *file = NULL;
	vv_auto(vv_check_list) list = {0};
	vv_auto(vv_diff_side) side = {0};
	vv_status rc;

	if ((rc = vv_check_rules_read(&file, run->reader, rules, err)) < 0 ||
	    (rc = vv_diff_side_commit(&side, run->repo, head, NULL, err)) < 0 ||
	    (rc = vv_check_list_read(&list, run->repo, run->reader, &side, NULL, argc, argv,
				     VV_CHECK_ANY_OF, err)) < 0) {
		return rc;
	}
	vv_array_each(list.items, list.count, it) {
		const char *path = vv_arena_printf(&t->arena, "%s", it->path);
		vv_auto(vv_rule_set) set = {0};

		if (!path) return vv_fail_nomem(err);
		if ((rc = vv_rule_set_for(&set, file, path, err)) < 0 ||
		    (rc = vv_check_select(run, &set, err)) < 0 ||
		    (!vv_rules_left_out(file, path) &&
		     (rc = sum_path(t, path, &set, !run->no_queries, err)) < 0)) {
			return rc;
		}
	}
	return VV_OK;
}
