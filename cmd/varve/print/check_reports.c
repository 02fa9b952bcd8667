/*
 * check_reports: the files that a CI system has for reports.
 */
#include "cmd/varve/print/check_reports.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/option.h"
#include "cmd/frame/output.h"

/* What GitHub takes for one step; more is dropped as a whole. */
#define SUMMARY_MAX ((uint64_t)1 << 20)

static vv_status split(const char *text, vv_report_form *form, const char **file, vv_error *err)
{
	const char *equals = strchr(text, '='), *choices = VV_REPORT_FORMS, *word;
	vv_nearest near;
	char name[32];

	if (!equals || !equals[1]) {
		return vv_fail(err, VV_EUSAGE, "--output takes FORMAT=FILE, not '%s'",
			       vv_text_shows(text));
	}
	*file = equals + 1;
	if (vv_report_form_parse(form, text, (size_t)(equals - text))) return VV_OK;
	vv_fail(err, VV_EUSAGE, "--output has no format '%s'",
		vv_text_show(text, (size_t)(equals - text)));
	size_t len = (size_t)(equals - text) < sizeof(name) ? (size_t)(equals - text)
							    : sizeof(name) - 1;
	memcpy(name, text, len);
	name[len] = '\0';
	vv_nearest_init(&near, name);
	while (vv_choice_next(&choices, &word, &len)) {
		static const char *const words[] = {"text",   "json",   "junit",    "sarif",
						    "github", "gitlab", "markdown", "html"};

		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0) {
				(void)vv_nearest_try(&near, words[i]);
			}
		}
	}
	return near.best ? vv_hint(err, "did you mean '%s'?", near.best)
			 : vv_hint(err, "known: %s", VV_REPORT_FORMS);
}

vv_status vv_check_output_parse(const vv_strings *outputs, vv_error *err)
{
	vv_report_form form;
	const char *file;
	vv_status rc;

	for (size_t i = 0; i < outputs->count; i++) {
		if ((rc = split(outputs->items[i], &form, &file, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status append(const char *file, const vv_buf *text, vv_error *err)
{
	vv_stat st;
	int fd = vv_open(file, O_WRONLY | O_APPEND | O_CREAT, 0666, err);

	if (fd < 0) return (vv_status)fd;
	vv_status rc = vv_fstat(&st, fd, file, err);
	if (rc == VV_OK && st.size + text->len > SUMMARY_MAX) {
		vv_warn("the job's summary is full: the report is not in it");
	} else if (rc == VV_OK) {
		rc = vv_write_full(fd, vv_buf_cstr(text), text->len, file, err);
	}
	vv_status closed = vv_close(fd, file, rc == VV_OK ? err : NULL);
	return rc < 0 ? rc : closed;
}

static vv_status write_summary(vv_check_report *r, vv_error *err)
{
	const char *file = getenv("GITHUB_STEP_SUMMARY");
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if (!file || !*file) return VV_OK;
	if ((rc = vv_report_write(r, VV_REPORT_MARKDOWN, &text, err)) == VV_OK) {
		vv_buf_putc(&text, '\n');
		if ((rc = append(file, &text, err)) < 0) {
			vv_prefix(err, "GITHUB_STEP_SUMMARY");
		}
	}
	return rc;
}

/* A file that takes a report piece by piece, and then the place of the one before. */
typedef struct file_out {
	const char *file;
	char *temp;
	int fd;
} file_out;

static vv_status put_file(void *payload, const char *bytes, size_t len, vv_error *err)
{
	file_out *f = payload;

	return vv_write_full(f->fd, bytes, len, f->file, err);
}

static vv_status write_file(vv_check_report *r, vv_report_form form, const char *file,
			    vv_error *err)
{
	file_out f = {.file = file, .fd = -1};
	vv_auto(char) *dir = vv_path_dir(file);

	if (!dir) return vv_fail_nomem(err);
	vv_temp_sweep(dir, ".varve-check-");
	f.fd = vv_temp_open(&f.temp, dir, ".varve-check-", err);
	if (f.fd < 0) return (vv_status)f.fd;
	vv_status rc = vv_report_stream(r, form, put_file, &f, err);
	vv_status closed = vv_close(f.fd, file, rc == VV_OK ? err : NULL);
	if (rc == VV_OK) {
		rc = closed;
	}
	if (rc == VV_OK) {
		rc = vv_rename(f.temp, file, err);
	}
	if (rc < 0) {
		vv_unlink(f.temp, true, NULL);
	}
	vv_free(f.temp);
	return rc;
}

static vv_status put_stdout(void *payload VV_UNUSED, const char *bytes, size_t len,
			    vv_error *err VV_UNUSED)
{
	vv_out_bytes(bytes, len);
	return VV_OK; /* that it failed is told at the end */
}

vv_status vv_check_output_write(const vv_check_output *o, vv_check_report *r, vv_error *err)
{
	bool github = o->form == VV_REPORT_GITHUB;
	vv_report_form form;
	const char *file;
	vv_status rc = VV_OK;

	vv_report_look(r, false, 0); /* of files */
	for (size_t i = 0; rc == VV_OK && i < o->outputs->count; i++) {
		if ((rc = split(o->outputs->items[i], &form, &file, err)) == VV_OK &&
		    (rc = write_file(r, form, file, err)) == VV_OK) {
			github = github || form == VV_REPORT_GITHUB;
		}
	}
	if (rc == VV_OK && github) {
		rc = write_summary(r, err);
	}
	if (rc == VV_OK && !o->quiet) {
		vv_report_look(r, *vv_color_on(VV_RED) != '\0', vv_out_limit());
		rc = vv_report_stream(r, o->form, put_stdout, NULL, err);
	}
	return rc;
}
