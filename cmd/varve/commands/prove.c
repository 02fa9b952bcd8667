/*
 * prove: one row of a signed version, as a file that proves its signature to anyone.
 */
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/out_file.h"
#include "lib/names/version.h"
#include "lib/publish/row_proof.h"

typedef struct options {
	const char *row, *output;
	bool force, quiet;
} options;

static const vv_option table[] = {
	OPT_ONCE(0, "row", row, "KEY", "the row with this key (values separated by commas)"),
	OPT_STRING('o', "output", output, "FILE",
		   "write the proof, a CAR file, to FILE; -: to stdout"),
	OPT_FLAG('f', "force", force, "replace FILE"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

static int check_prove(const vv_context *c)
{
	const options *o = c->options;

	return o->row && o->output ? VV_EXIT_OK
				   : vv_usage_error("name the row and the file: --row KEY -o FILE");
}

static vv_status find_version(vv_context *c, vv_subject *s, vv_error *err)
{
	const vv_status rc = vv_subject_find(s, c->repo, c->reader,
					     &(vv_version_name){.word = c->argv[0]}, err);

	if (rc < 0) return rc;
	if (s->from == VV_FROM_COMMIT && s->is_dataset) return VV_OK;
	return vv_fail(err, VV_EUSAGE,
		       "'%s' is not a stored version of a commit\n"
		       "name it as REV:PATH, such as main:prices.csv",
		       vv_text_shows(c->argv[0]));
}

static vv_status run_prove(vv_context *c, vv_error *err)
{
	const vv_subject_options stored = {.stored = true};
	const options *o = c->options;
	vv_auto(vv_subject) s = {.env = vv_environ()};
	vv_auto(vv_table) t = {.columns = 0};
	vv_auto(vv_buf) car = VV_BUF_INIT;
	vv_auto(vv_out_file) out = {0};
	vv_row_proof p = {.repo = c->repo, .subject = &s, .table = &t, .row = o->row};
	vv_status rc;

	if ((rc = vv_out_file_open(&out, o->output, o->force, err)) < 0 ||
	    (rc = find_version(c, &s, err)) < 0 ||
	    (rc = vv_subject_open(&s, &t, &stored, err)) < 0) {
		return rc;
	}
	rc = vv_row_proof_make(&car, &p, err);
	vv_head_commit_clear(&p.head);
	if (rc < 0 || (rc = vv_out_file_put(&out, car.data, car.len, err)) < 0 ||
	    (rc = vv_out_file_end(&out, err)) < 0) {
		return rc;
	}
	if (!o->quiet) {
		vv_note("%s prove this row", vv_text_bytes(car.len));
	}
	return VV_OK;
}

const vv_command vv_cmd_prove = {
	.name = "prove",
	.group = "peers",
	.summary = "write a proof that one row is in a signed version",
	.usage = "--row KEY -o FILE [-f] REV:PATH",
	.example = "$ varve prove main:prices.csv --row 17 -o row-17.car\n"
		   "24.1 kB prove this row",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.takes = "one REV:PATH",
	.least = 1,
	.most = 1,
	.check = check_prove,
	.needs = VV_NEEDS_REPOSITORY | VV_NEEDS_READER,
	.run = run_prove,
};
