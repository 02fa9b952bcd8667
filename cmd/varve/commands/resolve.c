/*
 * resolve: deciding conflicts: whole paths, rows, or single cells.
 */
#include <string.h>

#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/merge/resolve.h"

typedef struct options {
	vv_resolving resolving;
	bool ours, theirs, base, once, both, quiet;
	const char *set, *format;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "ours", ours,
		 "take this branch's version; in a rebase, that of the branch rebased onto"),
	OPT_FLAG(0, "theirs", theirs,
		 "take the other branch's version; in a rebase, that of your commit"),
	OPT_FLAG(0, "base", base, "take the common ancestor's version"),
	OPT_FLAG(0, "once", once,
		 "rows without a key that both sides added are the same: keep them once"),
	OPT_FLAG(
		0, "both", both,
		"both rows that the sides added stay; of two rows with one key, theirs gets the next free key"),
	OPT_ONCE(
		0, "set", set, "COL=VALUE",
		"use this value for the cell in conflict in COL; if several rows are in conflict, name one with --row"),
	OPT_LIST(
		0, "row", resolving.rows, "KEY",
		"only the row with this key (without a key: its number, or theirs:NUMBER if only the other branch has the row); may be repeated"),
	OPT_LIST(0, "column", resolving.columns, "COL",
		 "only this column, its cells and its definition; may be repeated"),
	OPT_FLAG(
		0, "key", resolving.key,
		"only the table's key, and the parts of the schema that belong to no single column"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
	OPT_JSON("the output format"),
};

static const vv_option_rule option_rules[] = {
	{"--key", .excludes = "--set --row --column --once --both"},
	{"--column", .excludes = "--once --both"},
	{NULL, NULL, NULL},
};

/* COL=VALUE; *column is the caller's. */
static vv_status read_set(vv_resolving *r, char **column, const char *set, vv_error *err)
{
	const char *equals = set ? strchr(set, '=') : NULL;

	*column = NULL;
	if (!set) return VV_OK;
	if (!equals || equals == set) {
		return vv_fail(err, VV_EUSAGE, "--set requires COL=VALUE, not '%s'",
			       vv_text_shows(set));
	}
	r->set_value = equals + 1;
	if (strlen(r->set_value) > UINT32_MAX) {
		return vv_fail(err, VV_EUSAGE, "--set: the value is too long");
	}
	r->set_column = *column = vv_strndup(set, (size_t)(equals - set));
	return *column ? VV_OK : vv_fail_nomem(err);
}

/* Answers "resolve prices.csv 7 price=6.50", and "resolve prices.csv" after the file was edited. */
static int refuse_words(const vv_context *c)
{
	const char *set = NULL, *key = NULL;
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_error err;

	for (int i = 1; i < c->argc; i++) {
		if (strchr(c->argv[i], '=')) {
			set = c->argv[i];
		} else {
			key = c->argv[i];
		}
	}
	if (c->argc == 1 && c->typed_count == 1) {
		vv_fail(&err, VV_EUSAGE,
			"resolve requires one of --ours, --theirs, --base, --once, --both, --set");
		vv_hint(&err,
			"'varve add %s' takes the file if you edited it since the merge; if not, 'varve conflicts %s' lists what to decide",
			vv_text_word(c->argv[0]), vv_text_word(c->argv[0]));
		return vv_report_trouble(&err);
	}
	if (!set || c->argc > 3) {
		return vv_usage_error(
			"resolve requires exactly one of --ours, --theirs, --base, --once, --both, --set");
	}
	vv_text_put_word(&line, set);
	if (key) {
		vv_buf_puts(&line, " --row ");
		vv_text_put_word(&line, key);
	}
	vv_buf_putc(&line, ' ');
	vv_text_put_word(&line, c->argv[0]);
	vv_fail(&err, VV_EUSAGE, "resolve takes a value with --set, and a row's key with --row");
	vv_hint(&err, "'varve resolve --set %s' does it", vv_buf_cstr(&line));
	return vv_report_trouble(&err);
}

static int check_resolve(const vv_context *c)
{
	const options *o = c->options;

	if (o->ours + o->theirs + o->base + o->once + o->both + (o->set != NULL) == 1) {
		return VV_EXIT_OK;
	}
	return refuse_words(c);
}

static int side_of(const options *o)
{
	if (o->once) return VV_ONCE;
	if (o->both) return VV_BOTH;
	if (o->theirs) return VV_THEIRS;
	return o->base ? VV_BASE : VV_OURS;
}

static const char *side_name(const vv_decided_row *d)
{
	return d->side == VV_OURS ? "ours" : "theirs";
}

static void put_removed(vv_json_out *w, const void *item)
{
	const vv_decided_row *d = item;

	vv_json_put_object(w, {JSON_TEXT("keyText", d->row)}, {JSON_TEXT("side", side_name(d))},
			   {JSON_RAW("values", d->text)});
}

static void put_renumbered(vv_json_out *w, const void *item)
{
	const vv_decided_row *d = item;

	vv_json_put_object(w, {JSON_TEXT("keyText", d->row)}, {JSON_TEXT("side", side_name(d))},
			   {JSON_TEXT("newKeyText", d->text)});
}

static void put_path(vv_json_out *w, const void *item)
{
	const vv_conflict_path *p = item;
	const size_t left = p->record.count + p->record.left_out;

	vv_json_put_object(
		w, {JSON_TEXT("path", p->path)}, {JSON_BOOL("resolved", p->resolved)},
		{JSON_NUMBER("conflictCount", p->resolved ? 0 : left)},
		{JSON_EACH(put_removed, p->removed.count > 0 ? "removedRows" : NULL,
			   p->removed.rows, p->removed.count)},
		{JSON_EACH(put_renumbered, p->renumbered.count > 0 ? "renumberedRows" : NULL,
			   p->renumbered.rows, p->renumbered.count)});
}

static vv_status print_json(const vv_conflict_list *l, vv_error *err)
{
	return vv_out_object(0, err, {JSON_EACH(put_path, "files", l->paths, l->count)});
}

static vv_status run_resolve(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_resolving r = o->resolving;
	vv_auto(char) *column = NULL;

	r.repo = c->repo;
	r.writer = c->writer;
	r.reader = c->reader;
	r.index = c->index;
	r.paths = c->argc > 0 ? &c->paths : NULL;
	r.side = side_of(o);
	r.quiet = o->quiet || vv_wants_json(o->format);
	vv_status rc = read_set(&r, &column, o->set, err);

	rc = rc < 0 ? rc : vv_resolve(&r, err);
	if (rc == VV_OK && vv_wants_json(o->format)) {
		rc = print_json(&r.list, err);
	}
	vv_conflict_list_clear(&r.list);
	return rc;
}

static const vv_absent_option absent[] = {
	{"keep=ours take=ours use=ours mine", .use = "--ours"},
	{"keep=theirs take=theirs use=theirs", .use = "--theirs"},
	{"keep=base take=base use=base", .use = "--base"},
	{"keep=both", .use = "--both"},
	{"keep take use accept side", .hint = "name the side: --ours, --theirs or --base"},
	{.names = NULL},
};

const vv_command vv_cmd_resolve = {
	.name = "resolve",
	.group = "history",
	.summary = "decide conflicts: whole tables, rows or single cells",
	.usage = "--ours | --theirs | --base [PATH...]\n"
		 "--ours | --theirs | --base [--row KEY]... [--column COL]... [PATH]\n"
		 "--ours | --theirs | --base --key [PATH]\n"
		 "--once | --both [--row KEY]... [PATH...]\n"
		 "--set COL=VALUE [--row KEY]... [PATH]",
	.example = "$ varve resolve --theirs prices.csv --row 7\n"
		   "prices.csv: still in conflict: 1 cell of 1 row\n"
		   "$ varve resolve --set price=2.50 prices.csv --row 9\n"
		   "prices.csv: resolved",
	.options = table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.rules = option_rules,
	.check = check_resolve,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT | VV_NEEDS_PATHS | VV_NEEDS_WRITER |
		 VV_NEEDS_INDEX,
	.run = run_resolve,
};
