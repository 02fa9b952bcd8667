/*
 * cat: a version's exact bytes, or a view of its rows.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/frame/typed_condition.h"
#include "cmd/frame/typed_join.h"
#include "cmd/frame/typed_line.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/out_file.h"
#include "cmd/varve/print/out_format.h"
#include "dataset/format/form.h"
#include "dataset/rows/condition.h"
#include "lib/arrow/ipc.h"
#include "lib/documents/workbook.h"
#include "lib/names/version.h"
#include "lib/sync/fetch_run.h"
#include "lib/view/format_ending.h"
#include "lib/view/kept_keys.h"
#include "lib/view/key_place.h"
#include "lib/view/view.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"

#define CAT_FORMATS VV_VIEW_STREAMS "|table|xlsx|parquet"

typedef struct options {
	vv_strings columns, where, from, dictionary, sort;
	const char *output, *limit, *offset, *format, *misfit, *numbers;
	bool raw, safe, bom, allow_unsigned;
} options;

static const vv_option table[] = {
	OPT_NAMES(0, "columns", columns, "only these columns, in this order; -A,B: all but these"),
	OPT_LIST(
		0, "where", where, "CONDITION",
		"only rows that meet CONDITION: \"price > 100 and kind in ('a', 'b')\"; may be repeated, all must be met"),
	OPT_NAMES(0, "sort", sort, "sort by these columns; -A: descending"),
	OPT_STRING(0, "limit", limit, "N", "at most N rows"),
	OPT_STRING(0, "offset", offset, "N", "skip the first N rows"),
	OPT_CHOICE(0, "format", format, "FORMAT", CAT_FORMATS,
		   "write the rows as FORMAT (default: as the file is written)"),
	OPT_WORD(0, "json", format, "json", "short for --format json"),
	OPT_UNSIGNED,
	OPT_ARROW,
	OPT_NAMES(0, "dictionary", dictionary,
		  "--format arrow: encode these text columns with a dictionary"),
	OPT_LIST(0, "from", from, "PEER",
		 "get a table named by its CID from this remote or URL if it is missing here"),
	OPT_FLAG(0, "safe-for-spreadsheets", safe,
		 "put a ' before cells that a spreadsheet would evaluate"),
	OPT_FLAG(0, "bom", bom, "begin with a byte order mark, by which Excel recognises UTF-8"),
	OPT_STRING('o', "output", output, "FILE", "write to FILE"),
	OPT_FLAG(0, "raw", raw, "write control characters to a terminal, too"),
};

static const vv_absent_option absent[] = {
	{"rev r revision version at commit source tag branch as-of date",
	 .line = "varve cat VALUE:FILE OPTIONS"},
	{"sort-by order order-by orderby", .use = "--sort"},
	{"desc descending reverse",
	 .hint = "--sort COLUMN sorts ascending, --sort -COLUMN descending", .negates = "--sort"},
	{"n head first rows max nrows n-rows max-rows top", .use = "--limit"},
	{"skip start", .use = "--offset"},
	{"tail last", .line = "varve cat ARGS | tail -n VALUE"},
	{"no-header no-headers H headerless", .line = "varve cat ARGS | tail -n +2"},
	{"filter query condition q", .use = "--where"},
	{"row",
	 .hint = "'--where \"KEY = VALUE\"', with the name of the key's column, prints one row"},
	{"select column cols fields c usecols keep", .use = "--columns"},
	{"drop exclude except omit without not ignore ignore-column ignore-columns drop-columns",
	 .use = "--columns=-"},
	{"to as t f output-format", .use = "--format"},
	{"pretty table aligned human format=text format=pretty", .use = "--format table"},
	{"csv", .use = "--format csv"},
	{"tsv", .use = "--format tsv"},
	{"ndjson jsonl format=jsonl", .use = "--format ndjson"},
	{"arrow feather format=feather", .use = "--format arrow"},
	{"parquet", .use = "-o out.parquet"},
	{"xlsx excel", .use = "-o out.xlsx"},
	{"distinct unique", .line = "varve cat FILE --columns A,B | " VV_TYPED_ONCE
				    "\n" VV_TYPED_DISTINCT_OUT "\nvarve cat FILE | " VV_TYPED_ONCE},
	{"count-by", .line = "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"count", .line = "varve sql \"SELECT count(*) FROM TABLE WHERE CONDITION\"\n"
			  "varve sql \"SELECT count(*) FROM TABLE\""},
	{"changed-since changed-rows changed",
	 .line = "varve sql --format csv \"SELECT NEWER FROM varve_diff('FILE', 'VALUE') WHERE diff_type <> 'removed'\""},
	{"out", .use = "--output"},
	{"sheet sheet-name sheetname worksheet tab", .line = "varve cat FILE#VALUE OPTIONS"},
	VV_ABSENT_WRITTEN,
	{.names = NULL},
};

static bool is_part(const options *o)
{
	return o->columns.count || o->where.count || o->sort.count || o->limit || o->offset;
}

static bool is_view(const options *o)
{
	return is_part(o) || o->format || o->safe || o->bom;
}

static bool is_workbook(const options *o)
{
	return o->format && strcmp(o->format, "xlsx") == 0;
}

static bool is_parquet(const options *o)
{
	return o->format && strcmp(o->format, "parquet") == 0;
}

/* Is the output written as the file is? Only a table under another name has another format, and a
 * document is copied under its own name. */
static bool keeps_form(const options *o, const vv_context *c)
{
	const char *to = vv_format_ending(o->output);
	const char *from = c->argc == 1 ? vv_format_ending(c->argv[0]) : NULL;
	const char *ext = vv_path_ext(o->output);

	if (vv_format_ending_is_document(o->output)) {
		return !is_view(o) && c->argc > 0 &&
		       !vv_array_find(c->argv, (size_t)c->argc, word,
				      !vv_ascii_equal(vv_path_ext(*word), ext));
	}
	return !to || !from || strcmp(from, to) == 0 || !vv_choices_have(VV_VIEW_TEXTS, from);
}

/* The options, with the format that the output's name requires. */
static int read_options(options *o, const vv_context *c)
{
	const vv_out_formats formats = {.command = c, .choices = CAT_FORMATS, .instead = "csv"};

	*o = *(const options *)c->options;
	if (!o->output || keeps_form(o, c)) return VV_EXIT_OK;
	return vv_out_format_choose(&o->format, o->output, &formats);
}

static int fill_view(vv_view_options *v, const options *o)
{
	*v = (vv_view_options){.columns = &o->columns,
			       .where = &o->where,
			       .sort = &o->sort,
			       .temp_dir = vv_env_temp_dir(vv_environ()),
			       .limit = UINT64_MAX,
			       .safe_for_spreadsheets = o->safe,
			       /* of a part in a pipe, programs would take it for data */
			       .bom = o->output || (!is_part(o) && !vv_out_is_terminal()),
			       .any_bom = o->bom,
			       .format = VV_VIEW_OWN,
			       .width = vv_out_is_terminal() && !o->output ? vv_out_width() : 0};
	if (o->limit && !vv_parse_u64(&v->limit, o->limit, strlen(o->limit))) {
		return vv_usage_error("--limit requires a number, not '%s'",
				      vv_text_shows(o->limit));
	}
	if (o->offset && !vv_parse_u64(&v->offset, o->offset, strlen(o->offset))) {
		return vv_usage_error("--offset requires a number, not '%s'",
				      vv_text_shows(o->offset));
	}
	const bool document = is_workbook(o) || is_parquet(o);
	if (o->format && !vv_view_format_parse(&v->format, document ? "arrow" : o->format)) {
		return vv_usage_error("unknown format '%s'", vv_text_shows(o->format));
	}
	if ((o->misfit || o->numbers || o->dictionary.count) &&
	    (v->format != VV_VIEW_ARROW || is_workbook(o))) {
		return vv_usage_error("%s requires --format arrow or parquet",
				      o->misfit    ? "--misfit"
				      : o->numbers ? "--numbers"
						   : "--dictionary");
	}
	v->misfit = vv_view_misfit(o->misfit);
	v->numbers = vv_view_numbers(o->numbers);
	if (is_parquet(o) && !o->numbers) {
		v->numbers = VARVE_NUMBERS_DECIMAL;
		v->plain = true;
	}
	v->dictionary = &o->dictionary;
	if (v->format != VV_VIEW_ARROW || o->raw || o->output) return VV_EXIT_OK;
	if (is_parquet(o)) return vv_data_out_check_binary("Parquet");
	return vv_data_out_check_binary(is_workbook(o) ? "a workbook" : "an Arrow stream");
}

/* Fetches the datasets whose CIDs are among the words and which are missing here. */
static vv_status fetch_cids(vv_repository *repo, const options *o, int argc, char **argv,
			    vv_error *err)
{
	const vv_strings others = {o->from.items + 1, o->from.count - 1};
	vv_store *store;
	vv_cid cid;
	vv_status rc = vv_repository_store(repo, &store, err);

	if (rc < 0) return rc;
	vv_array_each(argv, argc, word) {
		if (vv_cid_parse(&cid, *word, strlen(*word), VV_IGNORED) == VV_OK &&
		    !vv_store_has(store, &cid) &&
		    (rc = vv_fetch_one_cid(repo, *word, o->from.items[0], &others, true, 0, err)) <
			    0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Opens the kept keys of a stored version, to find rows. Makes missing keys only without a limit, since that reads all
 * rows, and only if the version is here. */
static vv_status open_keys(vv_kept_keys *out, const vv_subject *s, const vv_view_options *v,
			   vv_error *err)
{
	vv_store *store;
	vv_status rc = vv_repository_store(s->repo, &store, err);
	const bool here = rc == VV_OK && vv_store_has(store, &s->root);

	rc = rc < 0 ? rc
		    : vv_kept_keys_open(out, s->repo, s->path, v->limit == UINT64_MAX && here, err);

	if (rc == VV_OK && s->reader && out->lookup.make) {
		out->lookup.pool = vv_dataset_reader_pool(s->reader);
	}
	out->lookup.progress = v->progress;
	return rc;
}

/* The place of the only column of a table's key; -1: the key is another one. */
static long key_place(const vv_table *t)
{
	const vv_root *root = &t->root;

	return root->kind == VV_KIND_TABLE && root->key_count == 1
		       ? vv_schema_find(&t->schema, root->key[0], strlen(root->key[0]))
		       : -1;
}

/* The key of a condition that only compares the key's column with it, as in "sku = 7"; NULL: another condition. The caller
 * frees it. */
static char *asked_key(const vv_table *t, size_t key, const char *text)
{
	const vv_condition_how how = {.json = vv_form_is_typed(t->root.dialect.form),
				      .filter = true};
	vv_auto(vv_condition) *c = NULL;
	vv_auto_free vv_condition_test *tests = NULL;
	size_t count = 0, cap = 0;
	bool all;

	if (vv_condition_compile(&c, text, strlen(text), &t->schema, &how, VV_IGNORED) < 0 ||
	    !vv_condition_tests(c, &tests, &count, &cap, &all) || !all || count != 1 ||
	    tests->column != key ||
	    (tests->op != VV_CONDITION_EQUAL && tests->op != VV_CONDITION_SAME)) {
		return NULL;
	}
	return vv_strndup(tests->text, tests->len);
}

/* Stops fetching, as a hint is not worth it; call it when only a hint is still to be read. Returns
 * false if the store cannot be opened. */
static bool read_only_here(vv_repository *r)
{
	vv_store *store;

	if (!r) return true;
	if (vv_repository_store(r, &store, VV_IGNORED) < 0) return false;
	vv_store_on_absent(store, NULL, NULL);
	return true;
}

/* No row was printed: was the key written in another way? */
static void note_near_key(vv_repository *r, vv_table *t, const char *name, const options *o)
{
	const long at = key_place(t);
	const size_t key = (size_t)at;

	if (at < 0 || o->where.count != 1 || o->limit || o->offset || !read_only_here(r)) return;
	vv_auto(char) *value = asked_key(t, key, o->where.items[0]);
	vv_auto(char) *near = value ? vv_key_place_meant(t, &key, 1, value) : NULL;
	if (near) {
		vv_note("%s: no row '%s', but a row '%s'", vv_text_shows(name),
			vv_text_shows(value), vv_text_shows(near));
	}
}

static vv_status write_view(vv_repository *r, vv_table *t, const char *name, const options *o,
			    const vv_view_options *view, vv_out_file *out, vv_error *err)
{
	uint64_t rows = 0;
	vv_status rc;

	if (is_workbook(o)) {
		return vv_view_workbook(t, name, view, vv_environ(), vv_out_file_put, out, err);
	}
	if (is_parquet(o)) {
		return vv_view_parquet(t, view, vv_environ(), vv_out_file_put, out, err);
	}
	rc = vv_view_write(t, view, vv_out_file_put, out, &rows, err);
	if (rc == VV_OK && rows == 0) {
		note_near_key(r, t, name, o);
	}
	return rc;
}

static vv_status write_rows(vv_subject *s, const options *o, const vv_view_options *v,
			    vv_out_file *out, vv_error *err)
{
	vv_auto(vv_kept_keys) keys = {.lookup = {.cache = NULL}};
	vv_view_options view = *v;
	const vv_subject_options how = {.unpack = true};
	vv_auto(vv_table) t = {0};
	vv_auto(char) *name = vv_subject_name(s);
	vv_status rc;

	if ((rc = vv_subject_open(s, &t, &how, err)) < 0) return rc;
	if (s->repo && s->is_dataset && o->where.count > 0) {
		rc = open_keys(&keys, s, v, err);
		view.keys = &keys.lookup;
	}
	view.path = s->path;
	if (rc == VV_OK) {
		rc = write_view(s->repo, &t, name ? name : s->text, o, &view, out, err);
	}
	if (rc == VV_ECORRUPT || rc == VV_EMISSING) {
		vv_prefix(err, "%s", vv_text_shows(s->text));
	}
	return rc;
}

/* A workbook, a Parquet file: on a terminal its rows are of use; to a pipe or file it is copied. */
static bool shows_rows(const vv_subject *s, const options *o)
{
	const char *path = s->path ? s->path : s->text;
	struct stat to;

	if (is_view(o) || o->output || o->raw || s->table ||
	    !vv_document_is_name(s->repo, vv_environ(), path)) {
		return is_view(o);
	}
	if (vv_out_is_terminal()) return true;
	if (fstat(STDOUT_FILENO, &to) == 0 && S_ISFIFO(to.st_mode)) {
		vv_note("hint: these are the bytes of the file; 'varve cat --format csv %s' prints "
			"its rows",
			vv_text_word(s->text));
	}
	return false;
}

static vv_status write_one(vv_subject *s, const options *o, const vv_view_options *v,
			   vv_out_file *out, vv_error *err)
{
	return shows_rows(s, o) ? write_rows(s, o, v, out, err)
				: vv_subject_text(s, vv_out_file_put, out, v->progress, err);
}

/* Appends NAME = 'VALUE', with the quotes that a condition needs. */
static void put_equal(vv_buf *out, const vv_field *f, const char *value)
{
	vv_typed_put_name(out, f->name);
	vv_buf_puts(out, " = ");
	if (f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER) {
		vv_buf_puts(out, value);
	} else {
		vv_doubled_put(out, '\'', value, strlen(value));
	}
}

/* A word that is not a file, but a key of the table before it. */
static vv_status hint_row(const vv_context *c, const char *word, vv_error *err)
{
	const vv_subject_options how = {.find_key = true, .unpack = true};
	vv_auto(vv_subject) s = {.env = vv_environ()};
	vv_auto(vv_table) t = {0};
	vv_auto(vv_buf) condition = VV_BUF_INIT, line = VV_BUF_INIT;
	uint64_t row;
	bool found = false, whole;

	if (!read_only_here(c->repo) ||
	    vv_subject_find(&s, c->repo, c->reader, &(vv_version_name){.word = c->argv[0]},
			    VV_IGNORED) < 0 ||
	    vv_subject_open(&s, &t, &how, VV_IGNORED) < 0) {
		return err->code;
	}
	const long at = key_place(&t);
	const size_t key = (size_t)at;
	if (at < 0) return err->code;
	const vv_key_place place = {.table = &t, .key = &key, .key_count = 1, .text = word};
	if (vv_key_place_find(&place, &row, &found, &whole, VV_IGNORED) < 0 || !found) {
		return err->code;
	}
	put_equal(&condition, &t.schema.fields[at], word);
	vv_buf_puts(&line, "varve cat --where ");
	vv_text_put_word(&line, vv_buf_cstr(&condition));
	vv_buf_putc(&line, ' ');
	vv_text_put_word(&line, c->argv[0]);
	vv_hint_clear(err);
	return vv_hint(err, "'%s' prints the row", vv_buf_cstr(&line));
}

/* Are all words versions? Nothing is printed before this is known. */
static vv_status check_words(const vv_context *c, vv_error *err)
{
	for (int i = 0; c->argc > 1 && i < c->argc; i++) {
		vv_auto(vv_subject) s = {.env = vv_environ()};
		const vv_status rc = vv_subject_find(&s, c->repo, c->reader,
						     &(vv_version_name){.word = c->argv[i]}, err);

		if (rc == VV_ENOTFOUND && i > 0) return hint_row(c, c->argv[i], err);
		if (rc < 0) return rc;
	}
	return VV_OK;
}

static bool has_word(const vv_context *c, const char *word)
{
	return vv_array_find(c->argv, (size_t)c->argc, it, vv_ascii_equal(*it, word)) != NULL;
}

/* "--where price>3" without quotes: the shell has taken ">3" for a redirection. */
static int refuse_redirected(const vv_context *c, const char *column)
{
	vv_auto(vv_buf) line = VV_BUF_INIT, condition = VV_BUF_INIT;

	if (!vv_typed_redirected(&condition, column)) return VV_EXIT_OK;
	vv_typed_put_with(&line, c->typed_count, c->typed, column, vv_buf_cstr(&condition));
	return vv_usage_error(
		"the shell took '>' for the name of a file; did you mean 'varve cat%s'?",
		vv_buf_cstr(&line));
}

static int check_cat(const vv_context *c)
{
	options all;
	const options *o = &all;
	vv_view_options v;

	if (read_options(&all, c) != VV_EXIT_OK) return VV_EXIT_TROUBLE;
	if (c->argc == 0) return vv_usage_error("cat requires PATH, REV:PATH or a CID");
	for (size_t i = 0; i < o->where.count; i++) {
		if (refuse_redirected(c, o->where.items[i]) != VV_EXIT_OK) return VV_EXIT_TROUBLE;
	}
	if (is_view(o) && c->argc > 1 && o->sort.count > 0) {
		const bool down = has_word(c, "desc");

		if (down || has_word(c, "asc")) {
			return vv_usage_error("the order of rows is one word: --sort %s%s",
					      down ? "-" : "", vv_text_shows(o->sort.items[0]));
		}
	}
	if (is_view(o) && c->argc > 1 && o->columns.count > 0 && !vv_exists(c->argv[1])) {
		return vv_usage_error("the columns are one word, with commas: --columns %s,%s",
				      vv_text_shows(o->columns.items[o->columns.count - 1]),
				      vv_text_shows(c->argv[1]));
	}
	if (is_view(o) && c->argc > 1) {
		return vv_usage_error(
			"options for rows, columns and formats accept one table, not %d", c->argc);
	}
	return fill_view(&v, o);
}

static vv_status run_cat(vv_context *c, vv_error *err)
{
	options all;
	const options *o = &all;
	vv_view_options v;
	vv_auto(vv_out_file) out = {.path = NULL};
	vv_status rc;

	(void)read_options(&all, c); /* check_cat looked at both */
	(void)fill_view(&v, o);
	if ((rc = vv_context_need(c, vv_out_is_terminal() && !o->output ? 0 : VV_NEEDS_PROGRESS,
				  err)) < 0 ||
	    (o->from.count > 0 && (rc = fetch_cids(c->repo, o, c->argc, c->argv, err)) < 0) ||
	    (rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0 || (rc = check_words(c, err)) < 0) {
		return vv_out_failed() ? VV_OK : rc;
	}
	if ((rc = vv_out_file_open(&out, o->output ? o->output : "-", true, err)) < 0) return rc;
	out.data.escape = out.data.escape && !o->raw && !(o->format && v.format == VV_VIEW_TABLE);
	v.progress = c->progress;
	if ((o->where.count > 0 || o->limit) && c->demand) {
		vv_on_demand_alone(c->demand, true);
	}
	for (int i = 0; rc == VV_OK && i < c->argc; i++) {
		vv_auto(vv_subject) s = {.env = vv_environ()};
		if ((rc = vv_subject_find(&s, c->repo, c->reader,
					  &(vv_version_name){.word = c->argv[i]}, err)) == VV_OK) {
			rc = write_one(&s, o, &v, &out, err);
		}
	}
	if (rc == VV_OK) {
		rc = vv_out_file_end(&out, err);
	}
	return vv_out_failed() ? VV_OK : rc;
}

const vv_command vv_cmd_cat = {
	.name = "cat",
	.group = "look",
	.summary = "print a version of a table, or some of its rows and columns",
	.usage =
		"[--raw] [-o FILE] [--from PEER]... [[URL#]REV:]PATH | CID...\n"
		"[--columns A,B] [--where CONDITION] [--sort A,-B] [--limit N] [--offset N] [--format "
		"FORMAT] [-o FILE] [[URL#]REV:]PATH",
	.example = "$ varve cat v1:prices.csv --columns id,price --limit 2\n"
		   "id,price\n"
		   "1,9.99\n"
		   "2,12.50",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.absent = absent,
	.exit_codes = "no copy has the signed version",
	.arguments = "path",
	.check = check_cat,
	.needs = VV_NEEDS_REPOSITORY,
	.urls = VV_URLS_VERSIONS,
	.gets = true,
	.run = run_cat,
};
