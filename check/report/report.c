/*
 * report: what of a finding is kept, how findings are grouped, and what counts.
 */
#include "check/report/report.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/report/items.h"
#include "check/report/writers.h"
#include "repo/git/pointer.h"

bool vv_report_form_parse(vv_report_form *out, const char *name, size_t len)
{
	static const char *const names[] = {
		[VV_REPORT_TEXT] = "text",         [VV_REPORT_JSON] = "json",
		[VV_REPORT_JUNIT] = "junit",       [VV_REPORT_SARIF] = "sarif",
		[VV_REPORT_GITHUB] = "github",     [VV_REPORT_GITLAB] = "gitlab",
		[VV_REPORT_MARKDOWN] = "markdown", [VV_REPORT_HTML] = "html"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0) {
			*out = (vv_report_form)i;
			return true;
		}
	}
	return false;
}

vv_status vv_report_new(vv_check_report **out, const vv_report_options *o, vv_error *err)
{
	vv_auto(vv_check_report) *r = vv_calloc(1, sizeof(*r));

	*out = NULL;
	if (!r) return vv_fail_nomem(err);
	r->options = *o;
	while (vv_rules[r->rule_count].code) {
		r->rule_count++;
	}
	r->kept_by_rule = vv_arena_calloc(&r->arena, r->rule_count + 1, sizeof(*r->kept_by_rule));
	return r->kept_by_rule ? vv_hand_over(out, &r) : vv_fail_nomem(err);
}

void vv_report_free(vv_check_report *r)
{
	if (r) {
		vv_report_prints_clear(r);
		vv_buf_clear(&r->scratch);
		vv_arena_clear(&r->arena);
		vv_free(r);
	}
}

static const char *copy_text(vv_check_report *r, const char *s)
{
	return s ? vv_arena_strndup(&r->arena, s, strlen(s)) : NULL;
}

vv_status vv_report_begin(vv_check_report *r, const char *path, const char *commit, vv_error *err)
{
	vv_report_dataset *d = vv_arena_calloc(&r->arena, 1, sizeof(*d));

	if (!d || !(d->path = copy_text(r, path))) return vv_fail_nomem(err);
	if (commit && r->last_commit && strcmp(commit, r->last_commit) == 0) {
		d->commit = r->last_commit;
	} else if (commit) {
		d->commit = r->last_commit = copy_text(r, commit);
		if (!d->commit) return vv_fail_nomem(err);
		r->totals.commits++;
	}
	if (r->last) {
		r->last->next = d;
	} else {
		r->first = d;
	}
	r->last = d;
	r->totals.datasets++;
	return VV_OK;
}

vv_status vv_report_rules(vv_check_report *r, const vv_rule_set *rules, vv_error *err)
{
	r->last->rules = rules;
	r->last->looked_at = vv_arena_calloc(&r->arena, r->rule_count + 1, sizeof(bool));
	if (!r->last->looked_at) return vv_fail_nomem(err);
	vv_array_each(rules->items, rules->count, item) {
		if (item->severity != VV_SEVERITY_OFF) {
			r->last->looked_at[item->rule - vv_rules] = true;
		}
	}
	vv_array_each(rules->lines, rules->line_count, line) {
		if (line->severity != VV_SEVERITY_OFF) {
			r->last->looked_at[line->rule - vv_rules] = true;
		}
	}
	return VV_OK;
}

/* Conditions are not columns, but as different from each other. */
static bool belongs_to_group(const vv_report_group *g, const vv_finding *f)
{
	return strcmp(g->code, f->rule) == 0 && vv_text_same(g->column, f->column) &&
	       (!vv_rule_is_written(f->rule) ||
		(vv_text_same(g->condition, f->expected) && vv_text_same(g->name, f->name)));
}

static vv_status find_group(vv_check_report *r, const vv_finding *f, vv_report_group **out,
			    vv_error *err)
{
	vv_report_dataset *d = r->last;
	vv_report_group *g;

	/* findings of a group come one after the other nearly always */
	if (d->last && belongs_to_group(d->last, f)) {
		*out = d->last;
		return VV_OK;
	}
	for (g = d->first; g && !belongs_to_group(g, f); g = g->next) {
	}
	*out = g;
	if (g) return VV_OK;
	*out = g = vv_arena_calloc(&r->arena, 1, sizeof(*g));
	if (!g || !(g->code = copy_text(r, f->rule)) ||
	    (f->column && !(g->column = copy_text(r, f->column))) ||
	    (f->expected && !(g->condition = copy_text(r, f->expected))) ||
	    (f->name && !(g->name = copy_text(r, f->name)))) {
		return vv_fail_nomem(err);
	}
	g->rule = vv_rule_find(f->rule);
	g->unread = f->unread;
	if (d->last) {
		d->last->next = g;
	} else {
		d->first = g;
	}
	d->last = g;
	return VV_OK;
}

static void count_finding(vv_check_report *r, vv_report_group *g, const vv_finding *f, uint64_t n)
{
	vv_report_dataset *d = r->last;

	g->severity = f->severity > g->severity ? f->severity : g->severity;
	if (f->accepted) {
		g->accepted += n;
		d->accepted += n;
		r->totals.accepted += n;
	} else if (f->known && r->options.new_only) {
		g->known += n;
		d->known += n;
		r->totals.known += n;
	} else if (f->severity == VV_SEVERITY_ERROR) {
		g->errors += n;
		d->errors += n;
		r->totals.errors += n;
	} else {
		g->warnings += n;
		d->warnings += n;
		r->totals.warnings += n;
	}
}

vv_status vv_report_add(void *report, const vv_finding *f, vv_error *err)
{
	vv_check_report *r = report;
	vv_report_group *g;
	vv_status rc = find_group(r, f, &g, err);

	if (rc < 0) return rc;
	count_finding(r, g, f, 1);
	if (f->known && r->options.new_only && !f->accepted) {
		return VV_OK; /* only their number is reported */
	}
	return vv_report_keep(r, g, f, err);
}

vv_status vv_report_more(void *report, const vv_finding *f, uint64_t n, vv_error *err)
{
	vv_report_group *g;
	vv_status rc = find_group(report, f, &g, err);

	if (rc == VV_OK) {
		count_finding(report, g, f, n);
	}
	return rc;
}

/* The place of a rule that could not be looked at in varve.checks; SIZE_MAX: it is none of these. */
static size_t unread_place(const vv_report_dataset *d, const vv_report_group *g)
{
	if (!g->unread || !g->condition || !d->rules) return SIZE_MAX;
	const size_t at = vv_find_place(i, d->rules->line_count,
					strcmp(d->rules->lines[i].text, g->condition) == 0);
	return at < d->rules->line_count ? at : SIZE_MAX;
}

/* Takes the group with the least place out of the list; NULL: there is none. */
static vv_report_group *take_unread(vv_report_dataset *d)
{
	vv_report_group **least = NULL, *g;
	size_t place = SIZE_MAX;

	for (vv_report_group **at = &d->first; *at; at = &(*at)->next) {
		const size_t is = unread_place(d, *at);

		least = is < place ? at : least;
		place = is < place ? is : place;
	}
	if (!least) return NULL;
	g = *least;
	*least = g->next;
	g->next = NULL;
	return g;
}

/* Sorts: rules that could not be checked, in the file's order, then errors; findings about the whole table (missing rows)
 * before its rows; otherwise in the order found. */
static void order_groups(vv_report_dataset *d)
{
	vv_report_group *unread = NULL, **unread_end = &unread, *g;

	while ((g = take_unread(d))) {
		*unread_end = g;
		unread_end = &g->next;
	}
	/* errors of the whole table, of rows; warnings likewise */
	vv_report_group *lists[4] = {NULL}, **ends[4], *next;

	for (size_t i = 0; i < 4; i++) {
		ends[i] = &lists[i];
	}
	for (g = d->first; g; g = next) {
		const bool whole = g->first && g->first->row == 0 && g->first->line == 0;
		const size_t at = (g->severity == VV_SEVERITY_ERROR ? 0u : 2u) + (whole ? 0u : 1u);

		next = g->next;
		g->next = NULL;
		*ends[at] = g;
		ends[at] = &g->next;
	}
	for (size_t i = 3; i > 0; i--) {
		*ends[i - 1] = lists[i];
	}
	*unread_end = lists[0];
	d->first = unread;
	d->rules = NULL;
}

/* The line to show a reviewer: Git shows only the pointer of a stored table. */
static uint64_t find_pointer_line(const vv_schema *columns, const char *column)
{
	long i = column ? vv_schema_find(columns, column, strlen(column)) : -1;

	return i < 0 ? VV_POINTER_ROOT_LINE : VV_POINTER_COLUMN_LINE((uint64_t)i);
}

vv_status vv_report_end(vv_check_report *r, const vv_report_facts *facts, vv_error *err)
{
	vv_report_dataset *d = r->last;

	for (vv_report_group *g = facts->pointer ? d->first : NULL; g; g = g->next) {
		g->pointer_line = find_pointer_line(facts->pointer, g->column);
	}

	vv_report_prints_clear(r);
	d->facts = *facts;
	d->facts.pointer = NULL;
	d->facts.base = copy_text(r, facts->base);
	d->facts.base_commit = copy_text(r, facts->base_commit);
	if ((facts->base && !d->facts.base) || (facts->base_commit && !d->facts.base_commit)) {
		return vv_fail_nomem(err);
	}
	order_groups(d);
	r->totals.invalid += !vv_report_passes(r, d->errors, d->warnings);
	return VV_OK;
}

void vv_report_totals_get(const vv_check_report *r, vv_report_totals *out)
{
	*out = r->totals;
}

bool vv_report_valid(const vv_check_report *r)
{
	return vv_report_passes(r, r->totals.errors, r->totals.warnings);
}

/* Threads may write one report at the same time. */
static vv_status write_form(const vv_check_report *r, vv_report_form form, vv_buf *out,
			    vv_report_io *io, vv_error *err)
{
	static vv_status (*const writers[])(const vv_check_report *, vv_buf *, vv_error *) = {
		[VV_REPORT_TEXT] = vv_report_text,         [VV_REPORT_JSON] = vv_report_json,
		[VV_REPORT_JUNIT] = vv_report_junit,       [VV_REPORT_SARIF] = vv_report_sarif,
		[VV_REPORT_GITHUB] = vv_report_github,     [VV_REPORT_GITLAB] = vv_report_gitlab,
		[VV_REPORT_MARKDOWN] = vv_report_markdown, [VV_REPORT_HTML] = vv_report_html};

	vv_check_report own = *r;

	own.io = io;
	vv_status rc = writers[form](&own, out, err);
	if (io->rc < 0) return vv_error_copy(err, &io->err);
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

void vv_report_look(vv_check_report *r, bool color, unsigned width)
{
	r->options.color = color;
	r->options.width = width;
}

vv_status vv_report_write(const vv_check_report *r, vv_report_form form, vv_buf *out, vv_error *err)
{
	vv_report_io io = {.rc = VV_OK};

	return write_form(r, form, out, &io, err);
}

vv_status vv_report_stream(const vv_check_report *r, vv_report_form form, vv_report_write_fn write,
			   void *payload, vv_error *err)
{
	vv_report_io io = {.rc = VV_OK, .write = write, .payload = payload};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_status rc = write_form(r, form, &out, &io, err);

	return rc == VV_OK && out.len > 0 ? write(payload, out.data, out.len, err) : rc;
}

vv_status vv_report_each_rule(const vv_check_report *r, vv_report_count_fn fn, void *payload,
			      vv_error *err)
{
	vv_status rc = VV_OK;

	for (const vv_report_dataset *d = r->first; d && rc == VV_OK; d = d->next) {
		vv_report_count c = {.path = d->path};

		rc = fn(payload, &c, err);
		for (const vv_report_group *g = d->first; g && rc == VV_OK; g = g->next) {
			bool written = g->unread || vv_rule_is_written(g->code);
			const char *name = g->name;

			if (!name && written) {
				name = g->condition;
			}

			c = (vv_report_count){.path = d->path,
					      .rule = g->code,
					      .name = name,
					      .column = g->column,
					      .message = g->first ? g->first->message : NULL,
					      .severity = g->severity,
					      .found = g->errors + g->warnings,
					      .accepted = g->accepted,
					      .unread = g->unread};
			rc = fn(payload, &c, err);
		}
	}
	return rc;
}

vv_status vv_report_each(const vv_check_report *r, vv_report_entry_fn fn, void *payload,
			 vv_error *err)
{
	vv_status rc = VV_OK;

	for (const vv_report_dataset *d = r->first; d; d = d->next) {
		for (const vv_report_group *g = d->first; g; g = g->next) {
			for (const vv_report_item *i = g->first; i && rc == VV_OK; i = i->next) {
				const vv_report_entry e = {.rule = g->code,
							   .path = d->path,
							   .column = g->column,
							   .message = i->message,
							   .probably = i->probably,
							   .severity = i->severity,
							   .accepted = i->accepted != NULL,
							   .line = i->line,
							   .row = i->row,
							   .value = i->value,
							   .value_len = i->value_len};

				rc = fn(payload, &e, err);
			}
		}
	}
	return rc;
}
