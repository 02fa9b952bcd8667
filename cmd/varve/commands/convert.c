/*
 * convert: tables from one format into another, and files that are not plain tables yet.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/data_out.h"
#include "cmd/varve/out_file.h"
#include "dataset/format/form.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "lib/arrow/in/rewrite.h"
#include "lib/names/convert_input.h"
#include "lib/names/dialect_words.h"
#include "lib/names/table_at.h"
#include "lib/names/version.h"
#include "lib/view/view.h"

typedef struct options {
	const char *format, *misfit, *numbers;
	vv_strings dictionary;
	vv_written written;
	bool force, quiet, safe, bom;
} options;

static const vv_option table[] = {
	OPT_CHOICE(0, "format", format, "FORMAT", VV_VIEW_STREAMS,
		   "the format to write (default: by the extension of OUT)"),
	OPT_ARROW,
	OPT_NAMES(0, "dictionary", dictionary,
		  "--format arrow: encode these text columns with a dictionary"),
	OPT_WRITTEN("IN: "),
	OPT_FLAG(0, "safe-for-spreadsheets", safe,
		 "put a ' before cells that a spreadsheet would evaluate"),
	OPT_FLAG(0, "bom", bom, "begin with a byte order mark, by which Excel recognises UTF-8"),
	OPT_FLAG('f', "force", force, "overwrite OUT"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

/* The command that writes documents. */
static const char *find_other(const char *ext)
{
	if (strcmp(ext, "xlsx") == 0) return "; 'varve cat -o FILE.xlsx' writes a workbook";
	return strcmp(ext, "parquet") == 0 ? "; 'varve cat -o FILE.parquet' writes Parquet" : "";
}

static int find_format(vv_view_format *out, const options *o, const char *path)
{
	const char *ext;

	if (o->format) {
		ext = o->format;
	} else if (strcmp(path, "-") == 0) {
		ext = "csv";
	} else {
		ext = vv_path_ext(path);
	}

	if (strcmp(ext, "tab") == 0) {
		ext = "tsv";
	} else if (!o->format && strncmp(ext, "arrow", 5) == 0) {
		ext = strcmp(ext, "arrows") == 0
			      ? "arrow"
			      : ""; /* .arrow is the form with a list at its end */
	}
	if (!vv_view_format_parse(out, ext) || *out == VV_VIEW_TABLE) {
		vv_auto(vv_buf) words = VV_BUF_INIT;

		vv_choices_put(&words, VV_VIEW_STREAMS);
		return vv_usage_error(
			"cannot tell the format from the name '%s'; use --format %s%s",
			vv_text_shows(path), vv_buf_cstr(&words), find_other(ext));
	}
	return VV_EXIT_OK;
}

/* Is the table written as the format wants it already? Then its bytes are the result. */
static bool is_already(const vv_table *t, vv_view_format format)
{
	const vv_dialect *d = &t->root.dialect;

	switch (format) {
	case VV_VIEW_CSV:
	case VV_VIEW_TSV:
		return vv_dialect_is_standard(d, format == VV_VIEW_CSV ? ',' : '\t');
	case VV_VIEW_NDJSON:
		return vv_form_is_typed(d->form) && !vv_form_is_document(d->form);
	case VV_VIEW_JSON:
		return vv_form_is_document(d->form) && d->lead == 0;
	case VV_VIEW_OWN:
	case VV_VIEW_TABLE:
	case VV_VIEW_ARROW:
		break;
	}
	return false;
}

static vv_status write_table(vv_table *t, vv_view_format format, const options *o, vv_out_file *out,
			     const vv_progress *progress, vv_error *err)
{
	const vv_view_options v = {.format = format,
				   .limit = UINT64_MAX,
				   .safe_for_spreadsheets = o->safe,
				   .any_bom = o->bom,
				   .progress = progress,
				   .misfit = vv_view_misfit(o->misfit),
				   .numbers = vv_view_numbers(o->numbers),
				   .dictionary = &o->dictionary};
	uint64_t rows = 0;
	vv_status rc;

	if (t->root.kind != VV_KIND_TABLE) {
		return vv_fail(err, VV_EINPUT,
			       "the input is stored as a file, so it has no rows to convert");
	}
	if (is_already(t, format) && !o->safe && !o->bom) {
		rc = vv_table_bytes(t, vv_out_file_put, out, NULL, progress, err);
		rows = t->root.rows;
	} else {
		rc = vv_view_write(t, &v, vv_out_file_put, out, &rows, err);
	}
	if (rc == VV_OK && (rc = vv_out_file_end(out, err)) == VV_OK && !out->standard &&
	    !o->quiet) {
		vv_note("wrote %s: %s %s, %s %s", vv_text_shows(out->path), vv_text_count(rows),
			rows == 1 ? "row" : "rows", vv_text_count(t->columns),
			t->columns == 1 ? "column" : "columns");
	}
	return rc;
}

/* Reports an undeclared encoding. */
static void tell_encoding(const options *o, const vv_convert_input *in)
{
	const char *name = vv_file_text_encoding(in->text);

	if (name[0] && !in->encoding && !o->quiet) {
		vv_note("%s: read as %s", vv_text_shows(in->name), name);
	}
}

/* Rows of Arrow as text with their schema, in the format that is wanted if that is text. */
static vv_status read_arrow(rewrite **out, vv_import_options *io, vv_convert_input *in,
			    const options *o, vv_view_format format, vv_error *err)
{
	static const rewrite_options how;
	const char *name = "x.ndjson";

	if (format == VV_VIEW_CSV) {
		name = "x.csv";
	} else if (format == VV_VIEW_TSV) {
		name = "x.tsv";
	} else if (format == VV_VIEW_JSON) {
		name = "x.json";
	}
	struct ArrowArrayStream stream;
	vv_status rc;

	if (vv_written_any(&o->written)) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is Arrow data: options for reading text do not apply to it",
			       vv_text_shows(in->name));
	}
	if ((rc = vv_arrow_ipc_read(&stream, &in->bytes, err)) < 0 ||
	    (rc = rewrite_open(out, &stream, NULL, name, &how, err)) < 0) {
		return rc;
	}
	in->source = (vv_source){.read = rewrite_read, .payload = *out, .name = in->name};
	io->schema = rewrite_schema(*out);
	io->schema_len = strlen(io->schema);
	rewrite_form(&io->hints, *out);
	return VV_OK;
}

static vv_status convert_file(const options *o, const char *path, const vv_sniff_hints *hints,
			      vv_view_format format, vv_out_file *out, const vv_progress *progress,
			      vv_error *err)
{
	static const char *const no_key[] = {NULL};
	vv_auto(vv_convert_input) in = {.fd = -1};
	vv_import_options io = {
		.kind = VV_KIND_TABLE, .is_text = true, .key = no_key, .progress = progress};
	vv_auto(vv_import_result) result = {0};
	vv_auto(vv_mem_sink) *passing = NULL;
	vv_auto(rewrite) *arrow = NULL;
	vv_sink sink;
	vv_auto(vv_pool) *pool = NULL;
	vv_auto(vv_table) t = {0};
	vv_status rc;

	if ((rc = vv_convert_input_open(&in, path, hints->encoding, err)) < 0 ||
	    (rc = vv_mem_sink_new(&passing, NULL, vv_env_temp_dir(vv_environ()), err)) < 0) {
		return rc;
	}
	io.hints = *hints;
	io.hints.encoding = NULL;
	if (in.is_arrow && (rc = read_arrow(&arrow, &io, &in, o, format, err)) < 0) return rc;
	pool = io.pool = vv_pool_new(vv_cpu_count() - 1);
	vv_mem_sink_use(&sink, passing);
	vv_random(&io.secret, sizeof(io.secret));
	if ((rc = vv_import(&result, &in.source, &sink, &io, err)) < 0) return rc;
	if (!in.is_arrow && vv_file_text_replaced(in.text) > 0) {
		return vv_fail(err, VV_EINPUT, "%s: %s not valid in %s", vv_text_shows(in.name),
			       vv_text_counted(vv_file_text_replaced(in.text), "character is",
					       "characters are"),
			       vv_file_text_encoding(in.text));
	}
	if ((rc = vv_table_open(&t, &sink, &result.cid, err)) == VV_OK) {
		rc = write_table(&t, format, o, out, progress, err);
	}
	if (rc == VV_OK && !in.is_arrow) {
		tell_encoding(o, &in);
	}
	return rc;
}

/* REV:PATH or a CID: a version that is stored. */
static vv_status convert_version(vv_context *c, const vv_sniff_hints *hints, vv_view_format format,
				 vv_out_file *out, vv_error *err)
{
	vv_subject_options so = {.hints = hints, .unpack = true, .progress = c->progress};
	vv_status rc = vv_context_need(c, VV_NEEDS_REPOSITORY, err);

	if (rc == VV_ENOTFOUND) {
		return vv_fail(err, rc, "no such file '%s'", vv_text_shows(c->argv[0]));
	}
	if (rc < 0 || (rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0) return rc;
	vv_auto(vv_table_at) at = {.subject = {.env = vv_environ()}};
	if ((rc = vv_table_at_open(&at, c->repo, c->reader, &(vv_version_name){.word = c->argv[0]},
				   &so, err)) == VV_OK) {
		rc = write_table(&at.table, format, c->options, out, c->progress, err);
	}
	return rc;
}

/* A pointer that is in place of its table is not text to convert. */
static bool is_pointer_file(const char *path)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	return vv_read_regular(&text, path, VV_POINTER_MAX, NULL) == VV_OK &&
	       vv_pointer_looks_like(text.data, text.len);
}

/* Is IN a file (or the standard input), not a version that is stored? */
static bool is_plain(const char *in)
{
	return strcmp(in, "-") == 0 || (vv_exists(in) && !is_pointer_file(in));
}

/* With --format, OUT may be missing. */
static const char *out_name(const vv_context *c)
{
	return c->argc == 2 ? c->argv[1] : "-";
}

static int check_convert(const vv_context *c)
{
	const options *o = c->options;
	vv_sniff_hints hints;
	vv_view_format format;
	vv_error err;
	int code;

	if (c->argc != 2 && (c->argc != 1 || !o->format)) {
		return vv_usage_error(
			"convert requires IN and OUT ('-': standard input and output)");
	}
	if (vv_written_read(&hints, &o->written, &err) < 0) return vv_report(&err);
	if ((code = find_format(&format, o, out_name(c))) != VV_EXIT_OK) return code;
	if ((o->misfit || o->numbers || o->dictionary.count) && format != VV_VIEW_ARROW) {
		return vv_usage_error("%s requires --format arrow", o->misfit    ? "--misfit"
								    : o->numbers ? "--numbers"
										 : "--dictionary");
	}
	if (format == VV_VIEW_ARROW && strcmp(out_name(c), "-") == 0 &&
	    (code = vv_data_out_check_binary("an Arrow stream")) != VV_EXIT_OK) {
		return code;
	}
	return VV_EXIT_OK;
}

static vv_status run_convert(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_sniff_hints hints;
	vv_view_format format;
	vv_auto(vv_out_file) out = {0};
	vv_status rc;

	(void)find_format(&format, o, out_name(c)); /* looked at by check_convert */
	if ((rc = vv_written_read(&hints, &o->written, err)) < 0) return rc;
	if ((rc = vv_out_file_open(&out, out_name(c), o->force, err)) == VV_OK) {
		rc = is_plain(c->argv[0])
			     ? convert_file(o, c->argv[0], &hints, format, &out, c->progress, err)
			     : convert_version(c, &hints, format, &out, err);
	}
	return vv_out_failed() ? VV_OK : rc;
}

static const vv_absent_option absent[] = {
	{"o output out", .use = ""},
	{"to as f output-format", .use = "--format"},
	{"from", .use = "--input-format"},
	{"sep d", .use = "--delimiter"},
	{.names = NULL},
};

const vv_command vv_cmd_convert = {
	.name = "convert",
	.group = "look",
	.summary = "write a table in another format; read Arrow, compressed files and any encoding",
	.usage = "[--format FORMAT] [-f] IN OUT\n--format FORMAT IN",
	.example = "$ varve convert prices.csv.gz prices.ndjson\n"
		   "wrote prices.ndjson: 47,123 rows, 20 columns",
	.options = table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.check = check_convert,
	.needs = VV_NEEDS_PROGRESS,
	.gets = true,
	.run = run_convert,
};
