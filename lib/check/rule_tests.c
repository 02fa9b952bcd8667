/*
 * rule_tests: the small tables that rows under a rule make.
 */
#include "lib/check/rule_tests.h"

#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/rules/check.h"
#include "dataset/rows/condition_run.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "lib/check/input.h"
#include "lib/check/list.h"
#include "lib/check/run.h"

/* One table, whose rules are tried. */
typedef struct trying {
	vv_rule_tests *out;
	vv_check_run *run;
	const vv_schema *schema; /* of the table: names of columns */
	const char *declared;    /* JSON: their types */
	size_t declared_len;
	vv_rule_set *set;
	const vv_check_rule *rule;
	const char *path;
	uint64_t found, row; /* findings, and the row of the first one, from 1 */
} trying;

static vv_status fail_row(const trying *t, const vv_check_row *row, vv_error *err)
{
	return vv_fail(err, VV_EINPUT, "%s:%zu: %s", t->rule->file, row->line,
		       t->rule->kind == VV_CHECK_CHANGE
			       ? "write a change as id=1, name='a' -> name='b'"
			       : "write a row as id=1, name='a, b'");
}

/* The cells of a row, "id=1, name='a, b'", a buffer for each column. Columns that the text does not name keep their cells.
 * Every name must be a column: a misspelt one would test nothing. */
static vv_status read_row(vv_buf *cells, const trying *t, const vv_check_row *row, const char *text,
			  vv_error *err)
{
	for (const char *at = text; *at;) {
		const size_t len = strcspn(at, "=");
		const bool quoted = at[len] && at[len + 1] == '\'';
		const long place = vv_schema_find(t->schema, at, len);
		bool open = quoted;

		if (!at[len]) return fail_row(t, row, err);
		if (place < 0) {
			return vv_fail(err, VV_EINPUT, "%s:%zu: %s has no column '%s'",
				       t->rule->file, row->line, vv_text_shows(t->path),
				       vv_text_show(at, len));
		}
		vv_buf_reset(&cells[place]);
		for (at += len + 1 + quoted; *at && (quoted || *at != ','); at++) {
			if (quoted && *at == '\'' && *++at != '\'') {
				open = false;
				break;
			}
			vv_buf_putc(&cells[place], *at);
		}
		at += strspn(at, " ");
		if (open || (*at && *at != ',')) return fail_row(t, row, err);
		at += *at == ',';
		at += strspn(at, " ");
	}
	return VV_OK;
}

/* Buffers for the cells of `count` columns. */
static void clear_cells(vv_buf *cells, size_t count)
{
	vv_array_clear(cells, cells ? count : 0, it, vv_buf_clear(it));
}

static vv_status put_row(vv_buf *out, const trying *t, const vv_check_row *row, vv_error *err)
{
	const size_t count = t->schema->count;
	vv_buf *cells = vv_calloc(count + 1, sizeof(*cells));
	vv_status rc = cells ? read_row(cells, t, row, row->text, err) : vv_fail_nomem(err);

	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		vv_buf_puts(out, i > 0 ? "," : "");
		if (cells[i].len > 0) {
			vv_doubled_put(out, '"', vv_buf_cstr(&cells[i]), cells[i].len);
		}
		rc = vv_buf_ok(&cells[i], err);
	}
	vv_buf_putc(out, '\n');
	clear_cells(cells, count);
	return rc;
}

static vv_status on_finding(void *payload, const vv_finding *f, vv_error *err)
{
	trying *t = payload;

	if (f->unread) return vv_fail(err, VV_EINPUT, "%s", f->message);
	t->row = t->found++ == 0 ? f->row : t->row;
	return VV_OK;
}

/* Judges the rows with +, and beside them one with - (NULL: none): t->found. */
static vv_status check_rows(trying *t, const vv_check_row *wrong, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_mem_sink) *rows = NULL;
	vv_auto(vv_import_result) result = {0};
	vv_auto(vv_check_result) verdict = {0};
	static const char *const no_key[] = {NULL};
	vv_import_options io = {.kind = VV_KIND_TABLE,
				.order = VV_ORDER_READ,
				.key = no_key,
				.schema = t->declared,
				.schema_len = t->declared_len};
	vv_check_options o = {.rules = t->set,
			      .path = t->path,
			      .schema = t->declared,
			      .schema_len = t->declared_len,
			      .schema_name = t->path,
			      .finding = on_finding,
			      .payload = t,
			      .temp_dir = t->run->temp_dir};
	vv_mem_source memory;
	vv_source source;
	vv_auto(vv_table) table = {0};
	vv_sink sink;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < t->schema->count; i++) {
		vv_buf_puts(&text, i > 0 ? "," : "");
		vv_doubled_put(&text, '"', t->schema->fields[i].name,
			       strlen(t->schema->fields[i].name));
	}
	vv_buf_putc(&text, '\n');
	for (size_t i = 0; i < t->rule->row_count && rc == VV_OK; i++) {
		rc = t->rule->rows[i].right ? put_row(&text, t, &t->rule->rows[i], err) : VV_OK;
	}
	if (rc < 0 || (wrong && (rc = put_row(&text, t, wrong, err)) < 0) ||
	    (rc = vv_buf_ok(&text, err)) < 0 ||
	    (rc = vv_mem_sink_new(&rows, NULL, t->run->temp_dir ? t->run->temp_dir : "/tmp", err)) <
		    0) {
		return rc;
	}
	io.hints = (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
	io.temp_dir = t->run->temp_dir ? t->run->temp_dir : "/tmp";
	vv_random(&io.secret, sizeof(io.secret));
	vv_mem_sink_use(&sink, rows);
	vv_source_mem(&source, &memory, text.data, text.len, "rows.csv");
	if ((rc = vv_import(&result, &source, &sink, &io, err)) < 0 ||
	    (rc = vv_table_open(&table, &sink, &result.cid, err)) < 0) {
		return rc;
	}
	t->found = t->row = 0;
	return vv_check_table(&verdict, &table, &o, err);
}

/* ---- changes ---- */

/* Where " -> " is outside of quotes; NULL: it is not. */
static const char *find_arrow(const char *text)
{
	bool quoted = false;

	for (; *text; text++) {
		quoted = quoted != (*text == '\'');
		if (!quoted && strncmp(text, " -> ", 4) == 0) return text;
	}
	return NULL;
}

/* Is the change found to be wrong? */
static vv_status judge_change(const trying *t, const vv_schema *schema, const vv_check_row *row,
			      bool *found, vv_error *err)
{
	const size_t n = t->schema->count;
	const vv_condition_how how = {.line = true,
				      .old = schema,
				      .file = t->rule->file,
				      .file_line = t->rule->line,
				      .file_column = t->rule->condition_at + 1};
	vv_auto(vv_condition) *condition = NULL;
	vv_auto(vv_condition_scratch) *scratch = vv_condition_scratch_new();
	vv_auto_free vv_cell *cells = vv_calloc(2 * n + 1, sizeof(*cells));
	vv_buf *texts = vv_calloc(2 * n + 1, sizeof(*texts));
	const char *arrow = find_arrow(row->text);
	vv_auto(char) *old = vv_strndup(row->text, arrow ? (size_t)(arrow - row->text) : 0);
	vv_status rc = scratch && cells && texts && old
			       ? vv_condition_compile(&condition, t->rule->condition,
						      strlen(t->rule->condition), schema, &how, err)
			       : vv_fail_nomem(err);

	if (rc >= 0) {
		rc = arrow ? read_row(texts, t, row, old, err) : fail_row(t, row, err);
	}
	for (size_t i = 0; i < n && rc == VV_OK; i++) {
		vv_buf_set(&texts[n + i], vv_buf_cstr(&texts[i]), texts[i].len);
	}
	rc = rc < 0 ? rc : read_row(texts + n, t, row, arrow + strlen(" -> "), err);
	for (size_t i = 0; i < 2 * n && rc == VV_OK; i++) {
		cells[i] = (vv_cell){.state = VV_CELL_TEXT,
				     .text = vv_buf_cstr(&texts[i]),
				     .len = (uint32_t)texts[i].len};
		rc = vv_buf_ok(&texts[i], err);
	}
	*found = rc == VV_OK &&
		 vv_condition_eval_change(condition, scratch, cells, cells + n) == VV_FALSE;
	clear_cells(texts, 2 * n);
	return rc;
}

/* The n-th of the rows with +, from 1. */
static const vv_check_row *right_row(const vv_check_rule *rule, uint64_t n)
{
	vv_array_each(rule->rows, rule->row_count, row) {
		n -= row->right;
		if (n == 0 && row->right) return row;
	}
	return NULL;
}

static void add_failure(trying *t, size_t line, const char *what, const char *text)
{
	t->out->wrong++;
	vv_buf_printf(&t->out->text, "%s:%zu: %s: %s\n", t->rule->file, line, what, text);
}

static vv_status try_change_rule(trying *t, vv_error *err)
{
	vv_auto(vv_schema) schema = {0};
	vv_status rc = vv_schema_read(&schema, t->declared, t->declared_len, t->path, err);

	t->out->rules++;
	t->out->rows += t->rule->row_count;
	for (size_t i = 0; i < t->rule->row_count && rc == VV_OK; i++) {
		const vv_check_row *row = &t->rule->rows[i];
		bool found = false;

		if ((rc = judge_change(t, &schema, row, &found, err)) == VV_OK &&
		    found == row->right) {
			add_failure(
				t, row->line,
				found ? "the rule should accept this change (+), but reports it"
				      : "the rule should report this change (-), but accepts it",
				row->text);
		}
	}
	return rc;
}

static vv_status try_rule(trying *t, vv_error *err)
{
	const vv_check_rule *rule = t->rule;
	vv_status rc = check_rows(t, NULL, err);

	if (rc < 0) return rc;
	t->out->rules++;
	t->out->rows += rule->row_count;
	if (t->found > 0) {
		const vv_check_row *row = right_row(rule, t->row);

		if (row) {
			add_failure(t, row->line,
				    "the rule should accept this row (+), but reports it",
				    row->text);
		} else {
			add_failure(t, rule->line,
				    "the rule should accept the rows with +, but reports them",
				    rule->text);
		}
		return VV_OK;
	}
	vv_array_each(rule->rows, rule->row_count, row) {
		if (row->right) {
			continue;
		}
		if ((rc = check_rows(t, row, err)) < 0) return rc;
		if (t->found == 0) {
			add_failure(t, row->line,
				    "the rule should report this row (-), but accepts it",
				    row->text);
		}
	}
	return VV_OK;
}

/* Each rule of the table alone. */
static vv_status try_table(trying *t, vv_error *err)
{
	vv_rule_set *set = t->set;
	vv_status rc = VV_OK;

	vv_array_each(set->items, set->count, item) {
		item->severity = VV_SEVERITY_OFF;
	}
	vv_array_each(set->lines, set->line_count, line) {
		line->severity = VV_SEVERITY_OFF;
	}
	for (size_t i = 0; i < set->line_count && rc == VV_OK; i++) {
		t->rule = &set->lines[i];
		if (!vv_check_rule_takes_rows(t->rule)) {
			continue;
		}
		if (t->rule->row_count == 0) {
			t->out->without++;
			continue;
		}
		set->lines[i].severity = VV_SEVERITY_ERROR;
		rc = t->rule->kind == VV_CHECK_CHANGE ? try_change_rule(t, err) : try_rule(t, err);
		set->lines[i].severity = VV_SEVERITY_OFF;
	}
	return rc;
}

vv_status vv_rule_tests_run(vv_rule_tests *out, vv_check_run *run, const vv_diff_side *side,
			    int argc, char **argv, vv_error *err)
{
	vv_auto(vv_rules_file) *file = NULL;
	vv_auto(vv_check_list) list = {0};
	vv_status rc;

	if ((rc = vv_check_rules_read(&file, run->reader, side, err)) < 0 ||
	    (rc = vv_check_list_read(&list, run->repo, run->reader, side, NULL, argc, argv,
				     VV_CHECK_ALL_OF, err)) < 0) {
		return rc;
	}
	vv_array_each(list.items, list.count, it) {
		vv_check_input_options look = {.repo = run->repo,
					       .reader = run->reader,
					       .side = side,
					       .package_path = it->package};
		vv_auto(vv_rule_set) set = {0};
		vv_auto(vv_check_input) in = {0};

		if ((rc = vv_rule_set_for(&set, file, it->path, err)) < 0) return rc;
		if (set.line_count == 0 || it->absent) {
			continue;
		}
		if ((rc = vv_check_input_open(&in, it->path, &look, err)) < 0) return rc;
		if (!in.open) {
			continue;
		}
		const bool declared = in.described && in.package.schema.len > 0;
		trying t = {
			.out = out,
			.run = run,
			.schema = &in.table.schema,
			.declared = declared ? in.package.schema.data : in.table.root.schema.data,
			.declared_len = declared ? in.package.schema.len : in.table.root.schema.len,
			.set = &set,
			.path = it->path};
		if ((rc = try_table(&t, err)) < 0) return rc;
	}
	return vv_buf_ok(&out->text, err);
}

void vv_rule_tests_clear(vv_rule_tests *t)
{
	vv_buf_clear(&t->text);
}
