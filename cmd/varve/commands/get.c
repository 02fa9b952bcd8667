/*
 * get: a file of another repository, without its history.
 */
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/frame/typed_line.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/out_file.h"
#include "lib/names/version.h"

typedef struct options {
	const char *out;
	bool force, quiet, allow_unsigned;
} options;

static const vv_option table[] = {
	OPT_STRING('o', "output", out, "OUT",
		   "write the file to OUT (default: its own name; '-': print it)"),
	OPT_FLAG('f', "force", force, "overwrite OUT"),
	OPT_UNSIGNED,
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

static const vv_absent_option absent[] = {
	{"rev r version",
	 .line = "varve get FILE#VALUE:MORE -o OUT\nvarve get FILE#VALUE:MORE\n"
		 "varve cat VALUE:FILE -o OUT\nvarve cat VALUE:FILE",
	 .hint = "write it before the path: URL#REV:PATH"},
	{.names = NULL},
};

/* The command with the same words, as other programs have them. A file of this repository is for cat. */
static bool put_line(vv_buf *line, const vv_context *c)
{
	const char *out = ((const options *)c->options)->out;
	vv_typed t;

	vv_typed_read(&t, c->typed_count, c->typed);
	if (c->argc >= 2 && c->argc <= 3 && !out && vv_exists(c->argv[0]) &&
	    !vv_is_folder(c->argv[0])) { /* "get prices.csv 42 price" */
		vv_auto(char) *condition = vv_asprintf("KEY = '%s'", c->argv[1]);

		vv_buf_puts(line, "varve cat --where ");
		vv_text_put_word(line, condition ? condition : "");
		if (c->argc == 3) {
			vv_buf_puts(line, " --columns ");
			vv_text_put_word(line, c->argv[2]);
		}
		vv_buf_putc(line, ' ');
		vv_text_put_word(line, c->argv[0]);
		return true;
	}
	if (c->argc == 2 && !strchr(c->argv[0], '#')) {
		vv_buf_printf(line, "varve get %s#", vv_text_url(c->argv[0]));
		vv_text_put_word(line, c->argv[1]);
		if (out) {
			vv_buf_puts(line, " -o ");
			vv_text_put_word(line, out);
		}
		return true;
	}
	return c->argc == 1 &&
	       vv_typed_put(line, out ? "varve cat FILE -o OUT" : "varve cat FILE", &t);
}

static int check_get(const vv_context *c)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;

	if (c->argc == 1 && c->urls.url) return VV_EXIT_OK;
	return put_line(&line, c)
		       ? vv_usage_error("get takes one word, URL#REV:PATH; '%s' does it",
					vv_buf_cstr(&line))
		       : vv_url_words_usage("get", c->argc, c->argv, c->typed_count, c->typed);
}

static vv_status run_get(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_out_file) out = {0};
	vv_auto(vv_subject) s = {.env = vv_environ()};
	const char *colon = vv_subject_colon(c->argv[0]);
	const char *path;

	if (o->out) {
		path = o->out;
	} else {
		path = vv_path_base(colon ? colon + 1 : c->argv[0]);
	}
	vv_status rc;

	if ((rc = vv_out_file_open(&out, path, o->force, err)) < 0 ||
	    (rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0 ||
	    (rc = vv_subject_find(&s, c->repo, c->reader, &(vv_version_name){.word = c->argv[0]},
				  err)) < 0 ||
	    (rc = vv_subject_bytes(&s, vv_out_file_put, &out, c->progress, err)) < 0 ||
	    (rc = vv_out_file_end(&out, err)) < 0) {
		return rc;
	}
	if (!out.standard && !o->quiet) {
		vv_note("wrote %s", vv_text_shows(path));
	}
	return rc;
}

const vv_command vv_cmd_get = {
	.name = "get",
	.group = "peers",
	.summary = "copy a file out of another repository, without its history",
	.usage = "[-o OUT] [-f] [--unsigned] [-q] URL#[REV:]PATH",
	.example = "$ varve get https://github.com/ada/sales.git#v1:prices.csv\n"
		   "wrote prices.csv",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.absent = absent,
	.arguments = "path",
	.check = check_get,
	.needs = VV_NEEDS_PROGRESS,
	.urls = VV_URLS_VERSIONS,
	.gets = true,
	.run = run_get,
};
