/*
 * doctor: lists problems here, with the commands that repair them.
 */
#include <string.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/status/doctor.h"

typedef struct options {
	bool offline;
	const char *format;
} options;

static void put_finding(vv_json_out *w, const void *item)
{
	const vv_doctor_finding *f = item;

	vv_json_put_object(w, {JSON_TEXT("what", f->what)},
			   {JSON_TEXT("severity", f->wrong ? "error" : "note")},
			   {JSON_TEXT("message", f->message)}, {JSON_TEXT("mend", f->mend)});
}

static vv_status print_json(const vv_doctor *d, vv_error *err)
{
	return vv_out_object(2, err, {JSON_NUMBER("wrong", d->wrong)}, {JSON_OBJECT("programs")},
			     {JSON_TEXT("varve", VARVE_VERSION)},
			     {JSON_TEXT("git", d->git[0] ? d->git : NULL)}, {JSON_END},
			     {JSON_EACH(put_finding, "findings", d->findings, d->count)});
}

static void print_text(const vv_doctor *d)
{
	vv_array_each(d->findings, d->count, f) {
		vv_out("%s%s: %s\n", f->wrong ? "" : "note: ", f->what, f->message);
		if (f->mend) {
			vv_out("\tfix: %s\n", f->mend);
		}
	}
	if (d->wrong == 0) {
		vv_out("no problems found\n");
	} else {
		vv_out("%s wrong\n", vv_text_counted(d->wrong, "thing is", "things are"));
	}
}

static vv_status examine_setup(vv_doctor *d, vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_status rc = vv_context_need(c, VV_NEEDS_REPOSITORY, err);

	if (rc == VV_ENOTFOUND) { /* not in a repository: the machine alone */
		vv_error_clear(err);
		return vv_doctor_machine(d, vv_environ(), err);
	}
	if (rc < 0 || (rc = vv_doctor_machine(d, vv_environ(), err)) < 0) return rc;
	/* Attributes are git's answer. */
	const bool git = d->count == 0 || strcmp(d->findings[0].what, "git") != 0;
	if (git && !vv_repository_is_bare(c->repo) &&
	    ((rc = vv_context_need(c, VV_NEEDS_INDEX, err)) < 0 ||
	     (rc = vv_doctor_data(d, c->repo, c->index, err)) < 0 ||
	     (rc = vv_doctor_settings(d, c->repo, d->tables > 0, err)) < 0)) {
		return rc;
	}
	if ((rc = vv_doctor_repository(d, c->repo, err)) < 0 || o->offline) return rc;
	return vv_doctor_peers(d, c->repo, err);
}

static vv_status run_doctor(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_doctor) d = {.words = vv_hint_words};
	vv_status rc = examine_setup(&d, c, err);

	if (rc == VV_OK) {
		rc = vv_doctor_documents(&d, c->repo, vv_environ(), err);
	}
	if (rc == VV_OK && vv_wants_json(o->format)) {
		rc = print_json(&d, err);
	} else if (rc == VV_OK) {
		print_text(&d);
	}
	if (rc == VV_OK && d.wrong > 0) {
		c->code = VV_EXIT_NO;
	}
	return rc;
}

static const vv_option doctor_table[] = {
	OPT_FLAG(0, "offline", offline, "do not contact remotes"),
	OPT_JSON("the output format"),
};

const vv_command vv_cmd_doctor = {
	.name = "doctor",
	.group = "care",
	.summary = "diagnose the setup and the tables, and suggest fixes",
	.usage = "[--offline] [--json]",
	.example =
		"$ varve doctor\n"
		"hook: the hook .git/hooks/pre-push is missing: 'git push' sends commits without "
		"the rows of their tables\n"
		"\tfix: varve init\n"
		"1 thing is wrong",
	.options = doctor_table,
	.option_count = VV_OPTION_COUNT(doctor_table),
	.options_size = sizeof(options),
	.exit_codes = "something is wrong",
	.arguments = "",
	.takes = "",
	.run = run_doctor,
};
