/*
 * check: checks for callers of the library: options, and findings lent.
 */
#include "varve/check.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/report/report.h"
#include "check/rules/check.h"
#include "lib/check/files.h"
#include "lib/check/one.h"
#include "lib/check/run.h"
#include "lib/check/timeline.h"
#include "lib/handles.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"

VV_AUTO_FREE(varve_check_history, varve_check_history_free)

#define CHECK_FLAGS ((uint32_t)(VARVE_CHECK_NEW_ONLY | VARVE_CHECK_NO_CACHE | VARVE_CHECK_WARNINGS))

struct varve_report {
	vv_check_report *report;
	varve_finding *findings;
	size_t count, cap;
	varve_report_counts counts;
	vv_buf share;
};

/* One check under way. */
typedef struct job {
	varve_check_options o;
	vv_check_run run;
	vv_session *session;
	vv_rules_file *rules;
	vv_diff_side side, base;
	bool has_base;
	vv_buf schema;
	vv_watched watched;
	vv_check_share share;
	vv_buf noted;            /* of the share */
	vv_check_noted *results; /* of others */
} job;

static void clear_job(job *j)
{
	vv_check_cache_close(j->run.cache);
	vv_pool_free(j->session ? NULL : j->run.pool);
	vv_report_free(j->run.report);
	vv_rules_file_free(j->rules);
	vv_diff_side_clear(&j->side);
	vv_diff_side_clear(&j->base);
	vv_buf_clear_all(&j->schema, &j->noted);
	vv_free(j->results);
	vv_session_give(j->session);
}

static vv_status begin_job(job *j, vv_core *core, const varve_check_options *options, vv_error *err)
{
	vv_status rc;

	memset(j, 0, sizeof(*j));
	if ((rc = vv_take_options(&j->o, sizeof(j->o), options, err)) < 0 ||
	    (rc = vv_take_flags(j->o.flags, CHECK_FLAGS, err)) < 0 ||
	    (rc = vv_session_take(&j->session, core, err)) < 0) {
		return rc;
	}
	if (j->session) {
		j->run.repo = j->session->repo;
		j->run.reader = j->session->reader;
		j->run.temp_dir = vv_env_temp_dir(vv_repository_env(j->run.repo));
	}
	j->run.new_only = (j->o.flags & VARVE_CHECK_NEW_ONLY) != 0;
	if ((rc = vv_watched_begin(&j->run.progress, &j->watched, j->o.watch, err)) < 0) return rc;
	j->run.now = vv_now_sec();
	if (j->o.schema) {
		vv_buf_puts(&j->schema, j->o.schema);
		j->run.schema = &j->schema;
		j->run.schema_name = "the schema given";
	}
	return vv_buf_ok(&j->schema, err);
}

static vv_status open_cache(job *j, vv_error *err)
{
	if (j->o.flags & VARVE_CHECK_NO_CACHE) return VV_OK;
	vv_auto(char) *dir = j->run.repo ? vv_path_join(vv_repository_varvedir(j->run.repo),
							"cache", "check", NULL)
					 : NULL;
	if (j->run.repo && !dir) return vv_fail_nomem(err);
	return vv_check_cache_open(&j->run.cache, dir, err);
}

static vv_status open_report(job *j, vv_error *err)
{
	vv_report_options o = {.fail_on = vv_rules_fail_on(j->rules), .new_only = j->run.new_only};
	vv_status rc = open_cache(j, err);

	if (j->o.flags & VARVE_CHECK_WARNINGS) {
		o.fail_on = VV_SEVERITY_WARNING;
	}
	return rc < 0 ? rc : vv_report_new(&j->run.report, &o, err);
}

/* ---- findings ---- */

static vv_status keep_finding(void *payload, const vv_report_entry *e, vv_error *err)
{
	varve_report *r = payload;

	return vv_array_add(r->findings, r->count, r->cap,
			    (varve_finding){.rule = e->rule,
					    .error = e->severity == VV_SEVERITY_ERROR,
					    .known = e->accepted,
					    .path = e->path,
					    .line = e->line,
					    .row = e->row ? e->row - 1 : VARVE_UNKNOWN,
					    .column = e->column ? e->column : "",
					    .value = {e->value, e->value_len},
					    .message = e->message,
					    .probably = e->probably ? e->probably : ""})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status make_report(varve_report **out, job *j, vv_error *err)
{
	varve_report *r;
	vv_report_totals t;
	vv_status rc;

	if (j->run.unread.code < 0) {
		return vv_error_copy(err, &j->run.unread);
	}
	if (!(r = vv_calloc(1, sizeof(*r)))) return vv_fail_nomem(err);
	r->report = j->run.report;
	j->run.report = NULL;
	r->share = j->noted;
	j->noted = (vv_buf){0};
	if ((rc = vv_report_each(r->report, keep_finding, r, err)) < 0) {
		varve_report_free(r);
		return rc;
	}
	vv_report_totals_get(r->report, &t);
	r->counts = (varve_report_counts){.valid = vv_report_valid(r->report),
					  .errors = t.errors,
					  .warnings = t.warnings,
					  .known = t.known + t.accepted,
					  .kept = r->count,
					  .tables = t.datasets};
	*out = r;
	return VV_OK;
}

static int end_job(varve_report **out, job *j, vv_status rc, vv_error *e, varve_error *err)
{
	*out = NULL;
	if (rc == VV_OK) {
		rc = make_report(out, j, e);
	}
	clear_job(j);
	return vv_give(err, rc, e);
}

/* ---- sides ---- */

static vv_status name_side(vv_diff_side *s, vv_side_kind kind, const char *name, vv_error *err)
{
	s->kind = kind;
	return vv_text_set(&s->name, name, err);
}

/* The checked part of a table, and the results of other parts. */
static vv_status take_parts(job *j, vv_error *err)
{
	const varve_check_options *o = &j->o;

	if (o->parts == 0 && o->result_count == 0) return VV_OK;
	if (!o->paths || !o->paths[0] || o->paths[1] || j->side.kind != VV_SIDE_COMMIT) {
		return vv_fail(err, VV_EUSAGE,
			       "a check of a part requires exactly one table of a commit");
	}
	if (o->parts > 0 && o->part >= o->parts) {
		return vv_fail(err, VV_EUSAGE, "part %u of %u does not exist", o->part, o->parts);
	}
	if (o->parts > 0) {
		j->share = (vv_check_share){o->part, o->parts, &j->noted};
		j->run.share = &j->share;
	}
	if (!(j->results = vv_calloc(o->result_count + 1, sizeof(*j->results)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < o->result_count; i++) {
		j->results[i] = (vv_check_noted){o->results[i].data, o->results[i].len};
	}
	j->run.results = j->results;
	j->run.result_count = o->result_count;
	return VV_OK;
}

int varve_check_file(varve_report **out, varve_repo *repo, const char *file,
		     const varve_check_options *options, varve_error *err)
{
	job j;
	unsigned cpus = vv_cpu_count();
	char *argv[2] = {NULL, NULL};
	vv_error e;
	vv_status rc = begin_job(&j, repo ? repo->core : NULL, options, &e);

	if (rc == VV_OK) {
		j.run.repo = NULL; /* the file itself is read, whatever the index has */
		j.run.reader = NULL;
		if (j.session) {
			j.run.pool = vv_dataset_reader_pool(j.session->reader);
		} else {
			j.run.pool = vv_pool_new(cpus > 1 ? cpus - 1 : 0);
		}
		argv[0] = vv_strdup(file);
		rc = argv[0] && j.run.pool ? name_side(&j.side, VV_SIDE_WORK, "the files", &e)
					   : vv_fail_nomem(&e);
	}
	rc = rc < 0 ? rc : take_parts(&j, &e);
	if (rc == VV_OK && (rc = open_report(&j, &e)) == VV_OK) {
		rc = vv_check_files(&j.run, NULL, &j.side, 1, argv, &e);
	}
	vv_free(argv[0]);
	return end_job(out, &j, rc, &e, err);
}

static vv_status find_side(job *j, const char *revision, vv_error *err)
{
	vv_oid commit;

	if (!revision) {
		return vv_repository_is_bare(j->run.repo)
			       ? vv_fail(err, VV_EUSAGE,
					 "a bare repository has no work tree to check")
			       : name_side(&j->side, VV_SIDE_WORK, "the work tree", err);
	}
	if (strcmp(revision, ":") == 0) return name_side(&j->side, VV_SIDE_INDEX, "the index", err);
	vv_status rc = vv_rev_commit(j->run.repo, revision, &commit, err);
	return rc < 0 ? rc : vv_diff_side_commit(&j->side, j->run.repo, &commit, revision, err);
}

static vv_status find_base(job *j, const char *base, vv_error *err)
{
	vv_oid commit;
	vv_auto(vv_head) head = {0};
	vv_status rc;

	if (base && !*base) return VV_OK;
	if (base) {
		rc = vv_rev_commit(j->run.repo, base, &commit, err);
		j->has_base = rc == VV_OK;
		return rc < 0 ? rc : vv_diff_side_commit(&j->base, j->run.repo, &commit, base, err);
	}
	if (j->side.kind == VV_SIDE_COMMIT) {
		return vv_check_parent(j->run.repo, &j->side.commit, &j->base, &j->has_base, err);
	}
	if ((rc = vv_head_read(j->run.repo, &head, err)) < 0) return rc;
	j->has_base = !head.unborn;
	if (j->has_base) {
		rc = vv_diff_side_commit(&j->base, j->run.repo, &head.commit, "HEAD", err);
	}
	return rc;
}

/* The paths as a command line in the top folder has them; the caller frees them, on failure also. */
static vv_status take_paths(char ***out, size_t *count, const job *j, vv_error *err)
{
	size_t n = 0;

	while (j->o.paths && j->o.paths[n]) {
		n++;
	}
	if (!(*out = vv_calloc(n + 1, sizeof(**out)))) return vv_fail_nomem(err);
	for (*count = 0; *count < n; ++*count) {
		(*out)[*count] = vv_repository_is_bare(j->run.repo)
					 ? vv_strdup(j->o.paths[*count])
					 : vv_repository_file(j->run.repo, j->o.paths[*count]);
		if (!(*out)[*count]) return vv_fail_nomem(err);
	}
	return VV_OK;
}

static vv_status check_side(job *j, vv_error *err)
{
	size_t count = 0;
	vv_auto_free char **argv = NULL;
	vv_status rc = take_paths(&argv, &count, j, err);

	if (rc == VV_OK) {
		rc = vv_check_side(&j->run, &j->side, j->has_base ? &j->base : NULL, (int)count,
				   argv, err);
	}
	vv_array_each(argv, count, arg) {
		vv_free(*arg);
	}
	return rc;
}

int varve_check_revision(varve_report **out, varve_repo *repo, const char *revision,
			 const char *base, const varve_check_options *options, varve_error *err)
{
	job j;
	vv_error e;
	vv_status rc = begin_job(&j, repo->core, options, &e);

	if (rc < 0 || (rc = find_side(&j, revision, &e)) < 0 || (rc = take_parts(&j, &e)) < 0 ||
	    (rc = find_base(&j, base, &e)) < 0 ||
	    (rc = vv_check_rules_read(&j.rules, j.run.reader, &j.side, &e)) < 0 ||
	    (rc = open_report(&j, &e)) < 0) {
		return end_job(out, &j, rc, &e, err);
	}
	rc = check_side(&j, &e);
	return end_job(out, &j, rc, &e, err);
}

int vv_check_instead(varve_report **out, varve_repo *repo, const char *path, const char *file,
		     const vv_sniff_hints *written, const char *schema, const char *base,
		     const varve_check_options *options, varve_error *err)
{
	job j;
	vv_check_path p = {.path = NULL};
	vv_error e;
	vv_status rc = begin_job(&j, repo->core, options, &e);

	if (rc < 0 || (rc = find_side(&j, NULL, &e)) < 0 || (rc = take_parts(&j, &e)) < 0 ||
	    (rc = find_base(&j, base, &e)) < 0 ||
	    (rc = vv_check_rules_read(&j.rules, j.run.reader, &j.side, &e)) < 0 ||
	    (rc = open_report(&j, &e)) < 0) {
		return end_job(out, &j, rc, &e, err);
	}
	if (schema && !j.o.schema) {
		vv_buf_puts(&j.schema, schema);
		j.run.schema = &j.schema;
		j.run.schema_name = "the types of the data";
	}
	j.run.standard = file;
	j.run.standard_path = path;
	j.run.written = written;
	p.path = vv_strdup(path);
	rc = p.path ? vv_buf_ok(&j.schema, &e) : vv_fail_nomem(&e);
	if (rc == VV_OK) {
		rc = vv_check_dataset(&j.run, j.rules, &j.side, j.has_base ? &j.base : NULL, &p,
				      &e);
	}
	vv_free(p.path);
	return end_job(out, &j, rc, &e, err);
}

/* ---- reports ---- */

const varve_finding *varve_report_finding(const varve_report *report, uint64_t i)
{
	return i < report->count ? &report->findings[i] : NULL;
}

const varve_report_counts *varve_report_info(const varve_report *report)
{
	return &report->counts;
}

static vv_status put_text(void *payload, const char *bytes, size_t len, vv_error *err)
{
	return vv_writing_put(payload, bytes, len, err);
}

varve_text varve_report_share(const varve_report *report)
{
	return (varve_text){report->share.data, report->share.len};
}

int varve_report_write(varve_report *report, const char *format, varve_write_fn write,
		       void *payload, varve_error *err)
{
	vv_writing to = {write, payload};
	vv_report_form form;
	vv_error e;

	if (!vv_report_form_parse(&form, format, strlen(format))) {
		return vv_give(err,
			       vv_fail(&e, VV_EUSAGE,
				       "unknown format '%s': expected " VV_REPORT_FORMS, format),
			       &e);
	}
	return vv_give(err, vv_report_stream(report->report, form, put_text, &to, &e), &e);
}

void varve_report_free(varve_report *report)
{
	if (report) {
		vv_report_free(report->report);
		vv_free(report->findings);
		vv_buf_clear(&report->share);
		vv_free(report);
	}
}

/* ---- history ---- */

struct varve_check_history {
	vv_timeline timeline;
	varve_check_verdict verdict; /* the last requested one */
};

static vv_status read_history(varve_check_history *out, job *j, const char *revision, vv_error *err)
{
	vv_auto(vv_diff_side) rules = {0};
	vv_oid head;
	size_t count = 0;
	vv_auto_free char **argv = NULL;
	vv_status rc = vv_rev_commit(j->run.repo, revision ? revision : "HEAD", &head, err);

	if (rc == VV_OK) {
		rc = vv_repository_is_bare(j->run.repo)
			     ? vv_diff_side_commit(&rules, j->run.repo, &head, NULL, err)
			     : name_side(&rules, VV_SIDE_WORK, "the work tree", err);
	}
	if (rc < 0 || (rc = open_cache(j, err)) < 0 ||
	    (rc = take_paths(&argv, &count, j, err)) < 0) {
		return rc;
	}
	rc = vv_timeline_read(&out->timeline, &j->run, &head, &rules, (int)count, argv, err);
	vv_array_each(argv, count, arg) {
		vv_free(*arg);
	}
	return rc;
}

int varve_check_history_open(varve_check_history **out, varve_repo *repo, const char *revision,
			     const varve_check_options *options, varve_error *err)
{
	vv_auto(varve_check_history) *h = vv_calloc(1, sizeof(*h));
	job j;
	vv_error e;

	*out = NULL;
	if (!h) return vv_give(err, vv_fail_nomem(&e), &e);
	vv_status rc = begin_job(&j, repo->core, options, &e);
	if (rc == VV_OK) {
		j.run.schema = NULL; /* versions are checked by their own, and the results cached */
		j.run.new_only = false;
		rc = read_history(h, &j, revision, &e);
	}
	clear_job(&j);
	return vv_give(err, rc < 0 ? rc : vv_hand_over(out, &h), &e);
}

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

const varve_check_verdict *varve_check_history_at(varve_check_history *h, uint64_t i)
{
	const vv_timeline *t = &h->timeline;

	if (i >= t->result_count) return NULL;
	const vv_report_count *c = &t->results[i].count;
	const vv_timeline_commit *commit = &t->commits[t->results[i].commit];
	h->verdict = (varve_check_verdict){.commit = commit->hex,
					   .author = commit->author,
					   .time = commit->time,
					   .path = c->path,
					   .rule = text_or_empty(c->rule),
					   .name = text_or_empty(c->name),
					   .column = text_or_empty(c->column),
					   .message = text_or_empty(c->message),
					   .error = c->severity == VV_SEVERITY_ERROR,
					   .applies = !c->unread,
					   .found = c->found,
					   .accepted = c->accepted};
	return &h->verdict;
}

void varve_check_history_free(varve_check_history *h)
{
	if (h) {
		vv_timeline_clear(&h->timeline);
		vv_free(h);
	}
}
