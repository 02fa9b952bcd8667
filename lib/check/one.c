/*
 * one: one dataset against its schema, the rules, and its base. Determines the order of findings,
 * and edits each before the report.
 */
#include <string.h>

#include "base/array.h"
#include "base/hint_text.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/past/base.h"
#include "check/past/contradiction.h"
#include "check/past/new_only.h"
#include "check/rules/check.h"
#include "dataset/read/guess_encoding.h"
#include "dataset/schema/declared.h"
#include "lib/check/erased_rows.h"
#include "lib/check/input.h"
#include "lib/check/kept_base.h"
#include "lib/check/kept_verdict.h"
#include "lib/check/older.h"
#include "lib/check/one.h"
#include "lib/check/one_internal.h"
#include "lib/check/other_tables.h"
#include "lib/check/query.h"
#include "lib/check/text_numbers.h"
#include "repo/git/blob.h"

typedef struct one {
	vv_check_run *run;
	const char *path, *was;    /* was: in the base */
	size_t document;           /* as in vv_check_path */
	const char *commit;        /* NULL, or 40 digits */
	const vv_rules_file *file; /* or NULL */
	vv_rule_set rules;
	vv_check_input_options look; /* at the side */
	vv_check_input in, base;
	bool has_base, base_failed;
	const vv_diff_side *base_side; /* or NULL */
	vv_kept_base kept;             /* where the rows of the base have expired */
	bool held;                     /* the owner's description applies */
	vv_error base_broken;          /* code < 0: no base, for this reason */
	vv_base_options against;
	vv_known *known; /* --new-only */
	bool of_base;    /* the base is being checked, to collect its findings */
	/* no verdict is kept of a table with findings, or whose check read a separate file or older versions */
	bool has_finding, read_other, looked_back;
	bool keyed;  /* a verdict can be kept */
	vv_buf text; /* of a finding put otherwise */
	vv_other_tables others;
} one;

/* found NULL: is anything accepted that the rule may find? */
static const char *accepted_reason(const one *c, const char *rule, const vv_finding *found)
{
	if (vv_array_find(c->run->accept, c->run->accept_count, it, strcmp(*it, rule) == 0)) {
		return c->run->accept_why;
	}
	return vv_rules_accepted(c->file, rule, c->path, found, c->run->now);
}

/* The former type of a column's data determines how a value of another type is reported. */
static vv_status recode_finding(one *c, vv_finding *f, vv_error *err)
{
	if (!c->has_base || !c->base.open || !c->in.open) return VV_OK;
	vv_buf_reset(&c->text);
	vv_base_recode(f, &c->text, &c->base.table, &c->in.table, &c->against);
	return vv_buf_ok(&c->text, err);
}

static vv_status on_finding(void *payload, const vv_finding *f, vv_error *err)
{
	one *c = payload;
	vv_finding g = *f;
	vv_status rc;

	c->has_finding = true;
	if (c->of_base) return vv_known_add(c->known, f, err);
	if (c->known) {
		int known = vv_known_take(c->known, f, err);

		if (known < 0) return (vv_status)known;
		g.known = known > 0;
	}
	if ((rc = recode_finding(c, &g, err)) < 0) return rc;
	g.accepted = accepted_reason(c, g.rule, &g);
	if (c->run->rows && !g.known && !g.accepted &&
	    (rc = vv_failed_rows_add(c->run->rows, &g, err)) < 0) {
		return rc;
	}
	return vv_report_add(c->run->report, &g, err);
}

static vv_status on_more(void *payload, const vv_finding *f, uint64_t count, vv_error *err)
{
	one *c = payload;
	vv_finding g = *f;
	vv_status rc = recode_finding(c, &g, err);

	c->has_finding = true;
	if (rc < 0) return rc;
	g.accepted = accepted_reason(c, g.rule, &g);
	return vv_report_more(c->run->report, &g, count, err);
}

/* The dataset as a whole cannot be checked. */
static vv_status report_table(one *c, const char *rule, const char *message, const char *expected,
			      vv_error *err)
{
	vv_severity severity = vv_rule_set_unread(&c->rules, &rule);
	vv_finding f = {.rule = rule,
			.severity = severity,
			.path = c->path,
			.commit = c->commit,
			.message = message,
			.expected = expected};

	return on_finding(c, &f, err);
}

static vv_status on_resource(void *payload, const char *name, vv_table **out,
			     const vv_schema **schema, vv_error *err)
{
	one *c = payload;
	const vv_other_table t = {.path = c->path,
				  .package = c->in.package.package_path,
				  .package_side = c->held ? &c->run->owner->side : c->look.side,
				  .look = &c->look};

	return vv_other_tables_open(&c->others, name, &t, out, schema, err);
}

static void one_clear(one *c)
{
	vv_other_tables_clear(&c->others);
	vv_known_free(c->known);
	vv_check_input_close(&c->in);
	vv_check_input_close(&c->base);
	vv_kept_base_clear(&c->kept);
	vv_rule_set_clear(&c->rules);
	vv_buf_clear(&c->text);
}
VV_AUTO_CLEAR(one, one_clear)

static const vv_rule_setting *type_setting(void *payload, const char *column)
{
	const one *c = payload;

	return c->has_base && c->base.open && c->in.open
		       ? vv_base_type_setting(&c->base.table, &c->in.table, &c->against, column)
		       : NULL;
}

/* Returns true if the next check needs only the verdict. Thousands of tables of one group with the same
 * rules would each read and write one shared record of facts. */
static bool needs_no_facts(const one *c)
{
	uint64_t groups;

	return c->keyed && c->in.open &&
	       vv_table_groups(&c->in.table, &groups, VV_IGNORED) == VV_OK && groups <= 1;
}

/* The side's schema also applies to the base: so that a finding which the base had under the same
 * rules is not new. */
static vv_check_options options_of(one *c)
{
	const vv_check_run *run = c->run;
	const vv_buf *schema = &c->in.package.schema;
	bool all = run->new_only || run->rows; /* each finding is looked at */
	vv_check_options o = {.rules = &c->rules,
			      .path = c->path,
			      .commit = c->commit,
			      .limit = all ? 0 : run->limit,
			      .finding = on_finding,
			      .more = on_more,
			      .type_setting = type_setting,
			      .payload = c,
			      .resource = on_resource,
			      .resource_payload = c,
			      .patterns = &c->run->patterns,
			      .cache = run->cache,
			      .temp_dir = run->temp_dir,
			      .pool = run->pool,
			      .progress = run->progress,
			      .sheet = c->in.subject.grid,
			      .share = run->share,
			      .results = run->results,
			      .result_count = run->result_count};

	if (c->has_base && c->base.open && !c->of_base) {
		o.base = &c->base.table;
	}
	if (needs_no_facts(c)) {
		o.cache = NULL;
	}
	if (run->reader) {
		o.pool = vv_dataset_reader_pool(run->reader);
	}
	if (run->repo) { /* commands of suggestions are those of a repository */
		o.words = run->words;
	}
	if (c->in.described && schema->len > 0) {
		o.schema = schema->data;
		o.schema_len = schema->len;
		o.schema_name = c->in.package.package_path;
	}
	if (c->run->schema) {
		o.schema = c->run->schema->data;
		o.schema_len = c->run->schema->len;
		o.schema_name = c->run->schema_name;
	}
	return o;
}

/* Reports UTF-16, which add refuses: its text is needed to find anything. Other code reports read errors. */
static vv_status tell_utf16(one *c, vv_check_input *in, vv_source *source, bool *told,
			    vv_error *err)
{
	char head[512];
	const ssize_t n = source->read(source->payload, head, sizeof(head), VV_IGNORED);

	*told = n > 0 && vv_guess_utf16_order(head, (size_t)n);
	return *told ? report_table(c, "source-error", in->why.message,
				    vv_check_hint(c->run, &in->why), err)
		     : vv_check_input_source(in, source, err);
}

/* Finds faults of the file that its table does not show. *found: any. */
static vv_status check_faults(one *c, vv_check_input *in, vv_check_options *o,
			      vv_check_result *result, vv_error *err)
{
	vv_source source;
	bool told = false;
	vv_status rc = vv_check_input_source(in, &source, err);

	o->mend = in->mend;
	if (rc == VV_OK && in->refused) {
		rc = tell_utf16(c, in, &source, &told, err);
	}
	if (rc < 0 || told) return rc;
	if ((rc = vv_check_file(result, &source, &in->hints, o, err)) < 0) return rc;
	/* what add refuses is not valid, whatever it refuses it for */
	if (in->refused && (result->errors == 0 || result->total_count > 0)) {
		rc = report_table(c, "source-error", in->why.message,
				  vv_check_hint(c->run, &in->why), err);
	}
	return rc;
}

static vv_status check_input(one *c, vv_check_input *in, vv_check_result *result, vv_error *err)
{
	vv_check_options o = options_of(c);
	vv_status rc = VV_OK;

	if (!in->open || in->mend) {
		rc = check_faults(c, in, &o, result, err);
	}
	if (rc == VV_OK && in->open) {
		vv_check_result_clear(result);
		rc = vv_check_table(result, &in->table, &o, err);
	}
	return rc;
}

/* A base or --accept cannot excuse unread data. */
static vv_status tell_unread(one *c, const vv_error *why, vv_error *err)
{
	vv_error worded = *why;
	vv_finding f = {.rule = VV_RULE_UNCHECKED,
			.severity = VV_SEVERITY_ERROR,
			.path = c->path,
			.commit = c->commit,
			.message = vv_check_without_path(why->message, c->path),
			.expected = vv_check_hint(c->run, &worded)};

	c->has_finding = true;
	if (c->run->unread.code == VV_OK) {
		c->run->unread = *why;
	}
	return vv_report_add(c->run->report, &f, err);
}

/* The rule could not be looked at, since its query is wrong in this version. */
static vv_status tell_query(one *c, const vv_check_rule *line, vv_error *why, vv_error *err)
{
	vv_finding f = {.rule = line->severity == VV_SEVERITY_ERROR ? line->rule->code
								    : VV_RULE_UNCHECKED,
			.severity = VV_SEVERITY_ERROR,
			.path = c->path,
			.commit = c->commit,
			.name = vv_check_rule_given(line),
			.unread = true,
			.message = why->message,
			.expected = line->text};

	return on_finding(c, &f, err);
}

/* Rules that are queries, of the side or of its base. */
static vv_status check_queries(one *c, const vv_check_input *in, const vv_diff_side *side,
			       const vv_diff_side *base, vv_error *err)
{
	const vv_check_run *run = c->run;
	const bool all = run->new_only || run->rows;
	vv_check_query q = {.repo = run->repo,
			    .env = run->env,
			    .folder = run->folder,
			    .path = c->path,
			    .commit = c->commit,
			    .side = side,
			    .base = base,
			    .base_path = c->was,
			    .cache = run->cache,
			    .limit = all || run->limit == 0 ? UINT64_MAX : run->limit,
			    .finding = on_finding,
			    .more = on_more,
			    .payload = c};
	vv_status rc;

	if (run->repo) {
		q.env = vv_repository_env(run->repo);
	}
	if (c->of_base) {
		q.path = c->was;
	}
	if (in->open) {
		q.root = &in->table.root;
	}
	vv_array_each(c->rules.lines, c->rules.line_count, line) {
		vv_error why;

		if (line->kind != VV_CHECK_SELECT || line->severity == VV_SEVERITY_OFF) {
			continue;
		}
		if (run->no_queries) {
			c->run->queries_left++;
			continue;
		}
		if ((rc = vv_check_query_run(&q, line, &why)) == VV_OK) {
			continue;
		}
		vv_prefix(&why, "%s:%zu", line->file, line->line);
		if (rc == VV_ENOMEM) {
			rc = vv_fail_nomem(err);
		} else if (rc == VV_EINPUT) {
			rc = tell_query(c, line, &why, err);
		} else {
			rc = tell_unread(c, &why, err);
		}
		if (rc < 0) return rc;
	}
	return VV_OK;
}

/* Collects the base's findings as known. */
static vv_status know_base(one *c, vv_error *err)
{
	vv_auto(vv_check_result) result = {0};
	uint64_t seed;

	vv_random(&seed, sizeof(seed));
	vv_status rc = vv_known_new(&c->known, c->has_base && c->base.open ? &c->base.table : NULL,
				    c->in.open ? &c->in.table : NULL, seed, err);
	if (rc < 0 || !c->has_base) return rc;
	c->of_base = true;
	rc = check_input(c, &c->base, &result, err);
	if (rc == VV_OK) {
		rc = check_queries(c, &c->base, c->base_side, NULL, err);
	}
	c->of_base = false;
	return rc;
}

static vv_status compare_with_base(one *c, vv_error *err)
{
	if (!c->in.open) return VV_OK;
	return vv_check_base(c->has_base && c->base.open ? &c->base.table : NULL, &c->in.table,
			     &c->against, err);
}

static vv_status open_kept_base(one *c, vv_check_input_options *look, vv_error *err)
{
	const vv_error why = *err;
	const vv_status rc = vv_kept_base_find(&c->kept, c->run->repo, c->base_side, c->was, &why,
					       err);

	c->base_side = NULL;
	if (rc < 0) return rc;
	c->base_side = look->side = &c->kept.side;
	c->was = c->kept.version.path;
	return vv_check_input_open(&c->base, c->was, look, err);
}

static vv_status open_base(one *c, const vv_diff_side *base, vv_error *err)
{
	vv_check_input_options look = c->look;

	look.side = c->base_side = base;
	look.keep = true;
	if (!base) return VV_OK;
	vv_status rc = vv_check_input_open(&c->base, c->was, &look, err);
	if (rc == VV_EMISSING && err->gap == VV_GAP_EXPIRED && base->kind == VV_SIDE_COMMIT) {
		rc = open_kept_base(c, &look, err);
	}
	c->has_base = rc == VV_OK;
	if (c->base.broken) { /* a finding, not the end of the check */
		c->base_broken = *err;
		return VV_OK;
	}
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status open_both(one *c, const vv_diff_side *base, vv_error *err)
{
	vv_check_input_options look = c->look;

	look.like = &c->base.subject;
	if (base) {
		vv_check_input_begin(&c->in, c->path, &look);
	}
	vv_status rc = open_base(c, base, err);

	if (rc < 0) {
		c->base_failed = true;
		return vv_prefix(err, "the base, %s", base->name);
	}
	if (c->has_base && c->base.open) {
		c->look.base = look.base = &c->base.table;
	}
	if ((rc = vv_check_input_open(&c->in, c->path, &look, err)) < 0 ||
	    (rc = vv_check_owner_hold(c->run->owner, &c->in.package, c->path, &c->look, &c->held,
				      err)) < 0) {
		return rc;
	}
	c->in.described = c->in.described || c->held;
	return VV_OK;
}

/* Does the used description declare a primary key? */
static bool declares_key(const one *c)
{
	const vv_buf *text = NULL;

	if (c->run->schema) {
		text = c->run->schema;
	} else if (c->in.described) {
		text = &c->in.package.schema;
	}
	vv_auto(vv_schema) s = {0};

	return text && text->len > 0 &&
	       vv_schema_read(&s, text->data, text->len, "", NULL) == VV_OK &&
	       s.primary_key_count > 0;
}

static vv_status on_explained(void *payload, const vv_check_explained *e, vv_error *err)
{
	const one *c = payload;

	return c->run->explain(c->run->explain_payload, c->path, e, err);
}

static vv_status find_older(void *payload, vv_older *out, vv_error *err)
{
	one *c = payload;
	const vv_older_search s = {.repo = c->run->repo,
				   .reader = c->run->reader,
				   .cache = c->run->cache,
				   .progress = c->run->progress,
				   .base = &c->base.table,
				   .table = &c->in.table,
				   .at = c->base_side,
				   .side = c->look.side,
				   .path = c->was,
				   .now = c->path,
				   .document = c->document};

	c->looked_back = true;
	return vv_older_find(out, &s, err);
}

static void prepare_options(one *c)
{
	const vv_check_run *run = c->run;

	c->against = (vv_base_options){
		.check = options_of(c),
		.declared = run->schema || (c->in.described && c->in.package.schema.len > 0),
		.declares_key = declares_key(c),
		.base_declared = c->has_base && c->base.described && c->base.package.schema.len > 0,
		.older = run->repo ? find_older : NULL,
		.now = run->now};
	c->against.check.mend = c->in.mend;
	if (run->explain) {
		c->against.check.explain = on_explained;
		c->against.check.explain_payload = c;
	}
}

static vv_status check_text_numbers(one *c, vv_error *err)
{
	vv_auto(vv_buf) cells = VV_BUF_INIT;
	vv_finding f = {.rule = "number-as-text",
			.severity = vv_rule_set_severity(&c->rules, "number-as-text"),
			.path = c->path,
			.commit = c->commit,
			.message = "is stored as text, so sums ignore it",
			.expected = "a number"};

	if (!c->in.subject.table || !c->in.open || f.severity == VV_SEVERITY_OFF) return VV_OK;
	vv_status rc = vv_text_numbers_find(&cells, &c->in,
					    c->has_base && c->base.open ? &c->base : NULL, err);
	f.value = vv_buf_cstr(&cells);
	f.value_len = cells.len;
	return rc < 0 || cells.len == 0 ? rc : on_finding(c, &f, err);
}

static vv_status check_erased(one *c, vv_error *err)
{
	const vv_erased_search s = {.erased = c->run->erased,
				    .cache = c->run->cache,
				    .limit = c->run->new_only || c->run->rows ? 0 : c->run->limit,
				    .severity = vv_rule_set_severity(&c->rules, "erased"),
				    .path = c->path,
				    .commit = c->commit,
				    .finding = on_finding,
				    .more = on_more,
				    .payload = c};

	return c->in.open ? vv_erased_search_run(&s, &c->in.table, err) : VV_OK;
}

static vv_status set_rules(one *c, const vv_rules_file *rules, vv_error *err)
{
	vv_check_run *run = c->run;

	c->file = rules;
	vv_status rc = vv_rule_set_for(&c->rules, rules, c->path, err);

	rc = rc < 0 ? rc : vv_check_select(run, &c->rules, err);
	for (const vv_rule *r = vv_rules; rc == VV_OK && r->code; r++) {
		if (accepted_reason(c, r->code, NULL)) {
			vv_rule_set_accept(&c->rules, r->code);
		}
	}
	return rc;
}

/* Is any rule looked at here? Of those that were selected the run notes it. */
static bool note_used(one *c)
{
	vv_check_run *run = c->run;
	bool any = run->only_count == 0;

	for (size_t i = 0; i < run->only_count; i++) {
		bool used = vv_rule_set_uses(&c->rules, run->only[i]);

		any = any || used;
		if (run->only_used) {
			run->only_used[i] = run->only_used[i] || used;
		}
	}
	return any;
}

static bool has_column(const one *c, const char *name)
{
	const vv_buf *text = &c->in.package.schema;
	vv_auto(vv_schema) declared = {0};

	return vv_schema_find(&c->in.table.schema, name, strlen(name)) >= 0 ||
	       (c->in.described && text->len > 0 &&
		vv_schema_read(&declared, text->data, text->len, "", NULL) == VV_OK &&
		vv_schema_find(&declared, name, strlen(name)) >= 0);
}

/* Reports a setting for a missing column, which would silently check nothing. (Those that compare
 * with a base are handled in diff.) */
static vv_status check_settings(one *c, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < c->rules.count && c->in.open; i++) {
		const vv_rule_setting *s = &c->rules.items[i];

		for (size_t k = 0; rc == VV_OK && s->columns && s->columns[k] && !s->rule->reads &&
				   s->severity != VV_SEVERITY_OFF;
		     k++) {
			bool told = s->severity == VV_SEVERITY_ERROR;
			vv_finding f = {.rule = told ? s->rule->code : VV_RULE_UNCHECKED,
					.severity = VV_SEVERITY_ERROR,
					.path = c->path,
					.commit = c->commit};
			vv_auto(vv_buf) message = VV_BUF_INIT;

			if (has_column(c, s->columns[k])) {
				continue;
			}
			vv_buf_printf(&message,
				      "%s: %s names a column '%s' that the table does not have",
				      VV_RULES_NAME, s->where, s->columns[k]);
			f.message = vv_buf_cstr(&message);
			rc = vv_buf_ok(&message, err);
			if (rc == VV_OK) {
				rc = on_finding(c, &f, err);
			}
		}
	}
	return rc;
}

static vv_status explain_rules(one *c, vv_check_result *result, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_check_table(result, &c->in.table, &c->against.check, err)) < 0 ||
	    (rc = compare_with_base(c, err)) < 0) {
		return rc;
	}
	vv_array_each(c->rules.lines, c->rules.line_count, line) {
		const vv_check_explained e = {.rule = line->text,
					      .name = vv_check_rule_given(line),
					      .scope = "SQL",
					      .reads = "the tables of the query, by varve-sql"};

		if (line->kind == VV_CHECK_SELECT && line->severity != VV_SEVERITY_OFF) {
			if ((rc = on_explained(c, &e, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

static vv_status make_findings(one *c, vv_check_result *result, vv_error *err)
{
	vv_status rc;

	if (c->run->spelled || c->run->explain) {
		if (!c->in.open) {
			return report_table(c, "source-error", c->in.why.message, NULL, err);
		}
		if (c->run->explain) return explain_rules(c, result, err);
		vv_check_options o = options_of(c);

		o.spelled = c->run->spelled;
		return vv_check_table(result, &c->in.table, &o, err);
	}
	if (c->run->share) {
		return c->in.open && !c->in.mend ? check_input(c, &c->in, result, err) : VV_OK;
	}
	if ((c->run->new_only && (rc = know_base(c, err)) < 0) ||
	    (c->in.bad_package &&
	     (rc = report_table(c, "schema-error", c->in.why.message,
				vv_check_hint(c->run, &c->in.why), err)) < 0) ||
	    (rc = check_settings(c, err)) < 0 || (rc = check_input(c, &c->in, result, err)) < 0 ||
	    (rc = check_queries(c, &c->in, c->look.side, c->has_base ? c->base_side : NULL, err)) <
		    0 ||
	    (rc = compare_with_base(c, err)) < 0 || (rc = check_text_numbers(c, err)) < 0 ||
	    (rc = check_erased(c, err)) < 0) {
		return rc;
	}
	if (c->run->rows) {
		return vv_failed_rows_write(c->run->rows, c->in.open ? &c->in.table : NULL, err);
	}
	return VV_OK;
}

static void set_commit(one *c, const vv_diff_side *side, char hex[VV_OID_TEXT + 1])
{
	if (side->kind == VV_SIDE_COMMIT) {
		vv_oid_text(hex, &side->commit);
		c->commit = hex;
	}
}

vv_status vv_check_unread(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			  const char *path, const vv_finding *f, vv_error *err)
{
	vv_auto(one) c = {.run = run, .path = path};
	vv_report_facts facts = {.rows = 0};
	char hex[VV_OID_TEXT + 1];
	vv_status rc;

	set_commit(&c, side, hex);
	if ((rc = set_rules(&c, rules, err)) < 0 ||
	    (rc = vv_report_begin(run->report, path, c.commit, err)) < 0 ||
	    (rc = vv_report_rules(run->report, &c.rules, err)) < 0 ||
	    (rc = report_table(&c, f->rule, f->message, f->expected, err)) < 0) {
		return rc;
	}
	return vv_report_end(run->report, &facts, err);
}

vv_status vv_check_about(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			 const char *path, const vv_finding *found, size_t count, vv_error *err)
{
	vv_auto(one) c = {.run = run, .path = path};
	vv_report_facts facts = {.rows = 0};
	char hex[VV_OID_TEXT + 1];
	bool begun = false;

	set_commit(&c, side, hex);
	vv_status rc = set_rules(&c, rules, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_finding f = found[i];

		f.path = path;
		f.commit = c.commit;
		f.severity = vv_rule_set_severity(&c.rules, f.rule);
		if (f.severity == VV_SEVERITY_OFF) {
			continue;
		}
		if (!begun && ((rc = vv_report_begin(run->report, path, c.commit, err)) < 0 ||
			       (rc = vv_report_rules(run->report, &c.rules, err)) < 0)) {
			break;
		}
		begun = true;
		rc = on_finding(&c, &f, err);
	}
	return rc < 0 || !begun ? rc : vv_report_end(run->report, &facts, err);
}

/* Reports a missing base: its pointer was edited or torn. */
static vv_status tell_broken(one *c, const vv_diff_side *base, vv_error *err)
{
	vv_auto(vv_buf) message = VV_BUF_INIT;

	if (c->base_broken.code == VV_OK) return VV_OK;
	vv_buf_printf(&message, "cannot be compared with %s: %s", base->name,
		      c->base_broken.message);
	return report_table(c, "source-error", vv_buf_cstr(&message),
			    vv_check_hint(c->run, &c->base_broken), err);
}

/* A pointer made of lines of two, or edited: its rows are valid, but Git shows other facts of them, and
 * no peer takes it. */
static vv_status tell_false_pointer(one *c, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_pointer_blob) b = {0};
	vv_subject *s = &c->in.subject;
	bool holds = false;
	vv_error why;
	vv_store *store;
	vv_status rc;

	if (!c->in.open || !s->is_dataset || vv_oid_is_null(&s->blob)) return VV_OK;
	if ((rc = vv_pointer_blob_read(&b, &arena, c->run->repo, &s->blob, err)) < 0 ||
	    b.found != VV_OK || (rc = vv_repository_store(c->run->repo, &store, err)) < 0) {
		return rc;
	}
	rc = vv_root_pointer_holds(&holds, store, b.text.data, b.text.len, &b.pointer.root, err);
	if (rc < 0 || holds) return vv_error_excuse(rc, rc == VV_EMISSING, err);
	vv_fail(&why, VV_EINPUT, "its pointer was edited, or made of lines of two pointers");
	vv_hint_code(&why, VV_HINT_FIX, c->path);
	return report_table(c, "source-error", why.message, vv_check_hint(c->run, &why), err);
}

/* In the work tree, but not in the index: checks it, and reports that. */
static vv_status tell_not_added(one *c, const vv_check_path *p, vv_error *err)
{
	vv_severity severity = vv_rule_set_severity(&c->rules, "source-error");
	vv_auto(vv_buf) message = VV_BUF_INIT, expected = VV_BUF_INIT;
	vv_status rc;

	if (!p->not_added || severity == VV_SEVERITY_OFF) return VV_OK;
	vv_buf_printf(&message, "is described in %s, and was not added", vv_text_shows(p->package));
	(void)vv_hint_put(&expected, "", c->run->words, VV_HINT_ADD, p->path);
	vv_finding f = {.rule = "source-error",
			.severity = severity,
			.path = c->path,
			.message = vv_buf_cstr(&message),
			.expected = expected.len > 0 ? vv_buf_cstr(&expected) : NULL};
	if ((rc = vv_buf_ok(&message, err)) == VV_OK && (rc = vv_buf_ok(&expected, err)) == VV_OK) {
		rc = on_finding(c, &f, err);
	}
	return rc;
}

/* Is the file at fault, and not varve's environment? An argument that is not a table is the caller's
 * fault. */
static bool is_finding(const one *c, vv_status rc)
{
	return (c->run->repo || c->look.package_path) && !c->base_failed &&
	       (c->in.broken || rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_ENOTFOUND);
}

static vv_status tell_unopened(one *c, const vv_rules_file *rules, const vv_diff_side *side,
			       vv_error *why, vv_error *err)
{
	vv_auto(char) *file = c->run->repo && side->kind == VV_SIDE_WORK
				      ? vv_repository_file(c->run->repo, c->path)
				      : NULL;
	const char *message = vv_check_without_path(why->message, c->path);
	vv_finding f = {.rule = "source-error", .expected = vv_check_hint(c->run, why)};

	f.message = file ? vv_check_without_path(message, file) : message;
	return vv_check_unread(c->run, rules, side, c->path, &f, err);
}

/* Is the error only that the data, or its base's, cannot be read? */
static bool is_unread(const one *c, vv_status rc)
{
	/* a document that nothing here reads */
	const bool no_reader = rc == VV_ENOSUPPORT && strchr(c->path, '#');

	return rc == VV_EMISSING || rc == VV_ECORRUPT || no_reader;
}

/* Nothing of it could be looked at: neither at the side nor at the base. */
static vv_status report_unread(one *c, const vv_error *why, vv_error *err)
{
	vv_report_facts facts = {.rows = 0};
	vv_status rc;

	if ((rc = vv_report_begin(c->run->report, c->path, c->commit, err)) < 0 ||
	    (rc = vv_report_rules(c->run->report, &c->rules, err)) < 0 ||
	    (rc = tell_unread(c, why, err)) < 0) {
		return rc;
	}
	return vv_report_end(c->run->report, &facts, err);
}

/* --- verdicts that are kept -------------------------------------------------------------------- */

/* Do the findings depend on time, or on tables that a query names? */
static bool depends_on_more(const one *c)
{
	if (vv_rule_set_severity(&c->rules, "freshness") != VV_SEVERITY_OFF ||
	    vv_array_find(c->rules.items, c->rules.count, it, it->accepted)) {
		return true;
	}
	return vv_array_find(c->rules.lines, c->rules.line_count, it,
			     it->kind == VV_CHECK_SELECT && it->severity != VV_SEVERITY_OFF) !=
	       NULL;
}

/* 1: it is kept that the table has no findings, and this is reported. */
static int report_kept(one *c, const vv_check_path *path, vv_check_verdict *kept,
		       const vv_diff_side *base, uint64_t start, vv_error *err)
{
	vv_check_run *run = c->run;
	vv_status rc;
	int found;

	*kept = (vv_check_verdict){.keyed = false};
	if (!run->verdicts || depends_on_more(c)) return 0;
	if ((found = vv_check_verdict_find(kept, run->verdicts, path, err)) <= 0) return found;
	vv_report_facts facts = {.rows = kept->rows,
				 .columns = kept->columns,
				 .groups = kept->groups,
				 .ms = vv_monotonic_ms() - start};
	if (!vv_cid_is_null(&kept->base_root)) {
		facts.base = base->name;
		facts.base_commit = vv_oid_shows(&base->commit);
	}
	if ((rc = vv_report_begin(run->report, c->path, c->commit, err)) < 0 ||
	    (rc = vv_report_rules(run->report, &c->rules, err)) < 0 ||
	    (rc = vv_report_end(run->report, &facts, err)) < 0) {
		return (int)rc;
	}
	return 1;
}

/* Was the table that which *verdict is about, and read whole? */
static bool is_of_verdict(const one *c, const vv_check_verdict *verdict)
{
	const vv_check_input *in = &c->in, *base = &c->base;
	const bool of_base = !vv_oid_is_null(&verdict->base_blob);

	if (c->has_finding || c->read_other || c->looked_back || c->others.first ||
	    in->bad_package || c->base_broken.code < 0 || c->has_base != of_base) {
		return false;
	}
	return in->open && !in->mend && in->subject.is_dataset &&
	       in->table.root.kind == VV_KIND_TABLE &&
	       vv_oid_equal(&in->subject.blob, &verdict->blob) &&
	       (!of_base || (base->open && base->subject.is_dataset && !base->mend &&
			     vv_oid_equal(&base->subject.blob, &verdict->base_blob)));
}

static vv_status keep_verdict(one *c, vv_check_verdict *verdict, const vv_check_result *result,
			      vv_error *err)
{
	if (!verdict->keyed || !is_of_verdict(c, verdict)) return VV_OK;
	verdict->root = c->in.subject.root;
	if (c->has_base) {
		verdict->base_root = c->base.subject.root;
	}
	verdict->rows = result->rows;
	verdict->columns = (uint32_t)result->columns;
	verdict->groups = (uint32_t)(result->groups < UINT32_MAX ? result->groups : UINT32_MAX);
	return vv_check_verdict_keep(c->run->verdicts, verdict, err);
}

vv_status vv_check_dataset(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			   const vv_diff_side *base, const vv_check_path *path, vv_error *err)
{
	vv_auto(one) c = {.run = run,
			  .path = path->path,
			  .was = path->was ? path->was : path->path,
			  .document = path->document};
	vv_auto(vv_check_result) result = {0};
	vv_check_verdict verdict;
	char hex[VV_OID_TEXT + 1];
	uint64_t start = vv_monotonic_ms();
	vv_error why;
	bool left;
	int kept;
	vv_status rc;

	c.look = (vv_check_input_options){.repo = run->repo,
					  .env = run->env,
					  .reader = run->reader,
					  .side = side,
					  .package_path = path->package,
					  .written = run->written,
					  .rules_text = run->rules_text,
					  .standard = run->standard,
					  .standard_path = run->standard_path,
					  .read_other = &c.read_other,
					  .plain = path->plain ? path->path : NULL,
					  .pool = run->pool,
					  .progress = run->progress};
	set_commit(&c, side, hex);
	if ((rc = set_rules(&c, rules, err)) < 0 || !note_used(&c)) return rc;
	if (path->absent) return one_check_absent(run, rules, side, path, err);
	if ((rc = one_leave_expired(&left, run, side, path->path, err)) < 0 || left) return rc;
	if ((kept = report_kept(&c, path, &verdict, base, start, err)) != 0) {
		return kept < 0 ? (vv_status)kept : VV_OK;
	}
	c.keyed = verdict.keyed;
	if ((rc = open_both(&c, base, err)) < 0) {
		why = *err;
		if (is_finding(&c, rc)) return tell_unopened(&c, rules, side, &why, err);
		return is_unread(&c, rc) ? report_unread(&c, &why, err) : rc;
	}
	base = c.base_side;
	prepare_options(&c);
	if ((rc = vv_report_begin(run->report, c.path, c.commit, err)) < 0 ||
	    (rc = vv_report_rules(run->report, &c.rules, err)) < 0 ||
	    (rc = tell_not_added(&c, path, err)) < 0 || (rc = tell_broken(&c, base, err)) < 0 ||
	    (rc = tell_false_pointer(&c, err)) < 0) {
		return rc;
	}
	rc = make_findings(&c, &result, err);
	if (is_unread(&c, rc)) {
		why = *err;
		rc = tell_unread(&c, &why, err);
	}
	if (rc < 0) return rc;
	vv_report_facts facts = {
		.rows = result.rows,
		.columns = result.columns,
		.groups = result.groups,
		.groups_read = result.groups_read,
		.pointer = c.in.subject.is_dataset && c.in.open ? &c.in.table.schema : NULL,
		.ms = vv_monotonic_ms() - start};

	if (c.has_base) {
		facts.base = base->name;
		facts.base_commit = vv_oid_shows(&base->commit);
	}
	rc = vv_report_end(run->report, &facts, err);
	return rc < 0 ? rc : keep_verdict(&c, &verdict, &result, err);
}
