/*
 * rules: the words of merge rules, from varve.json and from the command line.
 */
#include "diff/merge/rules.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/csv_record.h"
#include "dataset/schema/declared.h"
#include "dataset/schema/descriptor.h"

#define ROWS_WORD "deleted-vs-edited"
#define ADDED_WORD "rows"
#define KEYS_WORD "new keys"
#define FORMS                                                                                      \
	"\"max\", \"min\", \"sum\", \"union\", \"union by SEPARATOR\", \"lines\", \"latest by "    \
	"COLUMN\", \"ours\", \"theirs\", \"conflict\" or a list of values"

static const char *const names[VV_MERGE_RULES] = {"conflict", "max",   "min",    "union", "sum",
						  "lines",    "order", "latest", "ours",  "theirs"};
/* By vv_merge_rows; a file may have the first three. */
static const char *const rows_names[] = {"conflict", "keep", "delete", NULL};
static const char *const added_names[] = {"conflict", "once", "both"}; /* by vv_merge_added */
static const char *const keys_names[] = {"conflict", "renumber"};      /* by vv_merge_new_keys */

const char *vv_merge_rule_name(vv_merge_rule_kind kind)
{
	return names[kind];
}

void vv_merge_rules_clear(vv_merge_rules *r)
{
	vv_free(r->columns);
	vv_buf_clear(&r->text);
	vv_arena_clear(&r->arena);
	*r = (vv_merge_rules){0};
}

/* --- one rule ------------------------------------------------------------------------- */

/* "max", "union by ;". *known: it is one. by is copied. */
static vv_status read_word(vv_merge_rules *r, vv_merge_rule *out, const char *word, size_t len,
			   bool *known, vv_error *err)
{
	size_t kind = 0, n;

	*known = false;
	while (kind < VV_MERGE_RULES && (strncmp(word, names[kind], n = strlen(names[kind])) != 0 ||
					 n > len || (n < len && word[n] != ' '))) {
		kind++;
	}
	if (kind == VV_MERGE_RULES || kind == VV_MERGE_ORDER) return VV_OK;
	*out = (vv_merge_rule){.kind = (vv_merge_rule_kind)kind};
	bool more = n + 4 < len && memcmp(word + n, " by ", 4) == 0;
	bool may = kind == VV_MERGE_UNION || kind == VV_MERGE_LATEST;
	if ((!more && (n < len || kind == VV_MERGE_LATEST)) || (more && !may)) return VV_OK;
	*known = true;
	if (more && !(out->by = vv_arena_strndup(&r->arena, word + n + 4, len - n - 4))) {
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

static vv_status add_rule(vv_merge_rules *r, const char *column, size_t len,
			  const vv_merge_rule *rule, vv_error *err)
{
	const char *name = vv_arena_strndup(&r->arena, column, len);

	return name && vv_array_add(r->columns, r->count, r->cap,
				    (vv_merge_named_rule){name, len, *rule})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* --- varve.json ------------------------------------------------------------------------- */

static void read_order(vv_merge_rules *r, vv_merge_rule *out, vv_descriptor *d, const vv_json *node)
{
	size_t count;
	const char **values = vv_descriptor_texts(d, &count, node);

	if (d->rc == VV_OK && count < 2) {
		vv_descriptor_fail(d, node, "expected at least two values, the least first");
	}
	for (size_t i = 0; i < count; i++) {
		if (vv_text_is_among(values[i], values, i)) {
			vv_descriptor_fail(d, node, "'%s' occurs twice", vv_text_shows(values[i]));
		}
		values[i] = vv_arena_strndup(&r->arena, values[i], strlen(values[i]));
		if (!values[i]) {
			vv_descriptor_note(d, vv_fail_nomem(d->err));
			return;
		}
	}
	*out = (vv_merge_rule){.kind = VV_MERGE_ORDER, .order = values};
}

static void read_rule(vv_merge_rules *r, vv_merge_rule *out, vv_descriptor *d, const vv_json *node)
{
	bool known = false;

	if (node->type == VV_JSON_ARRAY) {
		read_order(r, out, d, node);
		return;
	}
	if (vv_descriptor_is_text(node)) {
		vv_descriptor_note(d,
				   read_word(r, out, node->text, node->text_len, &known, d->err));
	}
	if (!known) {
		vv_descriptor_fail(d, node, "expected %s", FORMS);
	}
}

static void read_rows(vv_merge_rules *r, vv_descriptor *d, const vv_json *node)
{
	for (size_t i = 0; vv_descriptor_is_text(node) && rows_names[i]; i++) {
		if (strcmp(node->text, rows_names[i]) == 0) {
			r->rows = (vv_merge_rows)i;
			return;
		}
	}
	vv_descriptor_fail(d, node, "expected \"keep\", \"delete\" or \"conflict\"");
}

static bool is_word(const char *name, const char *word, size_t len)
{
	return strlen(name) == len && memcmp(name, word, len) == 0;
}

/* The rules for rows that both sides added. "conflict" is also a rule of a column with such a name. */
static bool put_added(vv_merge_rules *r, const char *of, const char *word, size_t len)
{
	const bool rows = strcmp(of, ADDED_WORD) == 0;
	const char *const *list = rows ? added_names : keys_names;
	const size_t count = rows ? sizeof(added_names) / sizeof(added_names[0])
				  : sizeof(keys_names) / sizeof(keys_names[0]);
	const size_t i = vv_find_place(k, count, is_word(list[k], word, len));

	if ((!rows && strcmp(of, KEYS_WORD) != 0) || i == count) return false;
	if (rows) {
		r->added = (vv_merge_added)i;
	} else {
		r->new_keys = (vv_merge_new_keys)i;
	}
	return i > 0;
}

static void read_entry(vv_merge_rules *r, vv_descriptor *d, const vv_json *entry)
{
	vv_merge_rule rule;

	if (entry->type != VV_JSON_OBJECT) {
		vv_descriptor_fail(d, entry, "expected an object of columns, not %s",
				   vv_descriptor_kind(entry));
		return;
	}
	for (const vv_json *m = entry->first; m; m = m->next) {
		if (strcmp(m->name, ROWS_WORD) == 0) {
			read_rows(r, d, m);
			continue;
		}
		if (vv_descriptor_is_text(m) && put_added(r, m->name, m->text, m->text_len)) {
			continue;
		}
		read_rule(r, &rule, d, m);
		if (d->rc < 0) return;
		vv_descriptor_note(d, add_rule(r, m->name, m->name_len, &rule, d->err));
	}
	vv_json_put_node(&r->text, entry);
}

vv_status vv_merge_rules_read(vv_merge_rules *out, const vv_json *merge, const char *path,
			      const char *file, vv_error *err)
{
	vv_descriptor d = {.file = file, .arena = &out->arena, .err = err};

	if (merge->type != VV_JSON_OBJECT) {
		vv_descriptor_fail(&d, merge, "expected an object of paths, not %s",
				   vv_descriptor_kind(merge));
		return d.rc;
	}
	for (const vv_json *m = merge->first; m; m = m->next) {
		if (!path || vv_declared_pattern_has(m->name, path)) {
			read_entry(out, &d, m);
		}
	}
	return d.rc < 0 ? d.rc : vv_buf_ok(&out->text, err);
}

/* --- the command line ---------------------------------------------------------------------- */

/* open,"on hold",done: a CSV record */
static vv_status put_order(vv_merge_rules *r, vv_merge_rule *out, const char *word, size_t len,
			   vv_error *err)
{
	vv_auto(vv_csv_record) list = {0};
	vv_status rc = vv_csv_record_read(&list, word, len, err);

	if (rc < 0) return rc;
	*out = (vv_merge_rule){.kind = VV_MERGE_ORDER,
			       .order = vv_arena_calloc(&r->arena, list.count + 1, sizeof(char *))};
	if (!out->order) return vv_fail_nomem(err);
	for (size_t i = 0; i < list.count; i++) {
		out->order[i] = vv_arena_strndup(&r->arena, list.values[i].text,
						 list.values[i].len);
		if (!out->order[i]) return vv_fail_nomem(err);
	}
	return VV_OK;
}

vv_status vv_merge_rules_put(vv_merge_rules *out, const char *word, vv_error *err)
{
	/* a separator or the name of a column may have a colon: the last one counts */
	const char *colon = strrchr(word, ':');
	size_t len = colon ? (size_t)(colon - word) : strlen(word);
	vv_merge_rule rule;
	bool known = false;
	vv_status rc = read_word(out, &rule, word, len, &known, err);

	if (rc < 0) return rc;
	if (!colon && known && (rule.kind == VV_MERGE_OURS || rule.kind == VV_MERGE_THEIRS)) {
		out->count = 0;
		out->all = rule.kind;
		out->rows = rule.kind == VV_MERGE_OURS ? VV_MERGE_ROWS_OURS : VV_MERGE_ROWS_THEIRS;
		return add_rule(out, "*", 1, &rule, err);
	}
	if (colon && put_added(out, colon + 1, word, len)) return VV_OK;
	if (colon && colon[1] != '\0' && !known && memchr(word, ',', len)) {
		known = true;
		rc = put_order(out, &rule, word, len, err);
	}
	if (rc < 0) return rc;
	if (colon && colon[1] != '\0' && known) {
		return add_rule(out, colon + 1, strlen(colon + 1), &rule, err);
	}
	return vv_fail(
		err, VV_EUSAGE,
		"-X %s: expected ours, theirs or RULE:COLUMN\nthe rules are max, min, sum, union, "
		"lines, latest by COLUMN, ours, theirs, conflict, or values in ascending order: "
		"open,doing,done:status; COLUMN '*' is every column",
		vv_text_shows(word));
}

/* --- asking ---------------------------------------------------------------------------------- */

static const vv_merge_rule *find_rule(const vv_merge_rules *r, const char *column, size_t len)
{
	for (size_t i = r->count; i-- > 0;) {
		const vv_merge_named_rule *n = &r->columns[i];

		if (n->len == len && memcmp(n->column, column, len) == 0) return &n->rule;
	}
	return NULL;
}

/* The rule that names the column as the one to decide by. */
static const vv_merge_rule *find_by(const vv_merge_rules *r, const char *column, size_t len)
{
	for (size_t i = r->count; i-- > 0;) {
		const vv_merge_rule *rule = &r->columns[i].rule;

		if (rule->kind == VV_MERGE_LATEST && strlen(rule->by) == len &&
		    memcmp(rule->by, column, len) == 0) {
			return rule;
		}
	}
	return NULL;
}

const vv_merge_rule *vv_merge_rules_find(const vv_merge_rules *r, const char *column, size_t len)
{
	const vv_merge_rule *rule = find_rule(r, column, len);

	rule = rule ? rule : find_rule(r, "*", 1);
	return rule ? rule : find_by(r, column, len);
}

bool vv_merge_rules_have(const vv_merge_rules *r, vv_merge_rule_kind kind)
{
	return vv_array_find(r->columns, r->count, it, it->rule.kind == kind) != NULL;
}

static vv_merge_rule_kind other_kind(vv_merge_rule_kind kind)
{
	if (kind == VV_MERGE_OURS) return VV_MERGE_THEIRS;
	return kind == VV_MERGE_THEIRS ? VV_MERGE_OURS : kind;
}

void vv_merge_rules_swap(vv_merge_rules *r)
{
	vv_array_each(r->columns, r->count, column) {
		column->rule.kind = other_kind(column->rule.kind);
	}
	r->all = other_kind(r->all);
	if (r->new_keys != VV_MERGE_KEYS_ASK) {
		r->new_keys = r->new_keys == VV_MERGE_KEYS_OURS ? VV_MERGE_KEYS_THEIRS
								: VV_MERGE_KEYS_OURS;
	}
	if (r->rows == VV_MERGE_ROWS_OURS) {
		r->rows = VV_MERGE_ROWS_THEIRS;
	} else if (r->rows == VV_MERGE_ROWS_THEIRS) {
		r->rows = VV_MERGE_ROWS_OURS;
	}
}
