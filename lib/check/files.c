/*
 * files: which arguments are packages, and what of a package can be checked.
 */
#include "lib/check/files.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/declared.h"
#include "lib/check/one.h"
#include "lib/check/reach.h"
#include "lib/names/version.h"

#define PACKAGE_MAX ((uint64_t)64 << 20)
#define PIECE ((size_t)64 << 10)

typedef struct files {
	vv_check_run *run;
	const vv_rules_file *rules;
	const vv_diff_side *side;
	char *spool; /* the content of standard input */
	size_t datasets;
	bool matched; /* some pattern of the rules was one of a file's */
	vv_error *err;
} files;

/* A check reads more than once. */
static vv_status copy_standard(int to, const char *name, vv_error *err)
{
	vv_auto(char) *buf = vv_malloc(PIECE);
	ssize_t n = 0;
	vv_status rc = buf ? VV_OK : vv_fail_nomem(err);

	while (rc == VV_OK &&
	       (n = vv_read_full(STDIN_FILENO, buf, PIECE, "standard input", err)) > 0) {
		rc = vv_write_full(to, buf, (size_t)n, name, err);
	}
	return n < 0 ? (vv_status)n : rc;
}

static vv_status keep_standard(files *f)
{
	const char *temp = f->run->temp_dir ? f->run->temp_dir : "/tmp";

	if (f->spool) {
		return vv_fail(f->err, VV_EUSAGE, "standard input ('-') can be checked once only");
	}
	vv_temp_sweep(temp, ".varve-check-");
	int fd = vv_temp_open(&f->spool, temp, ".varve-check-", f->err);
	if (fd < 0) return (vv_status)fd;
	vv_status rc = copy_standard(fd, f->spool, f->err);
	f->run->standard = f->spool;
	return vv_close_after(rc, fd, f->spool, f->err);
}

static vv_status check_one(files *f, const vv_check_path *path)
{
	vv_auto(vv_buf) where = VV_BUF_INIT;
	const char *pattern;

	for (size_t i = 0; !f->matched && (pattern = vv_rules_pattern(f->rules, i, &where)); i++) {
		f->matched = vv_declared_pattern_has(pattern, path->path);
	}
	f->datasets++;
	if (f->run->rows && f->datasets > 1) {
		return vv_fail(f->err, VV_EUSAGE,
			       "--failed-rows and --passed-rows take exactly one file");
	}
	return vv_check_dataset(f->run, f->rules, f->side, NULL, path, f->err);
}

static vv_status report_file(files *f, const char *path, const char *rule, const char *message,
			     const char *expected)
{
	vv_finding finding = {.rule = rule, .message = message, .expected = expected};

	f->datasets++;
	return vv_check_unread(f->run, f->rules, f->side, path, &finding, f->err);
}

/* Data that no file beside the package has. */
static vv_status tell_elsewhere(files *f, const char *package, const vv_package_item *item)
{
	vv_auto(vv_buf) message = VV_BUF_INIT;

	vv_buf_printf(&message, "the data of '%s' ", vv_text_shows(item->name));
	if (item->url) {
		vv_buf_printf(&message, "is at %s and was not checked", vv_text_url(item->url));
	} else {
		vv_buf_puts(&message, "is in the package itself and was not checked");
	}
	vv_status rc = vv_buf_ok(&message, f->err);
	return rc < 0 ? rc
		      : report_file(f, package, "source-error", vv_buf_cstr(&message),
				    "a file beside the package");
}

static vv_status check_package(files *f, const char *package, const vv_buf *text)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_package_item *items;
	size_t count;
	vv_error why;
	vv_status rc = vv_package_items(&items, &count, &arena, package, vv_buf_cstr(text),
					text->len, &why);

	if (rc == VV_EINPUT) {
		rc = report_file(f, package, "schema-error", why.message,
				 vv_check_hint(f->run, &why));
	} else if (rc < 0) {
		*f->err = why;
	} else if (count == 0) {
		rc = report_file(f, package, "source-error", "the package has no resources",
				 "at least one");
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const char *path = items[i].path;
		vv_check_path p = {.path = (char *)path, .package = (char *)package};

		if (!path) {
			rc = tell_elsewhere(f, package, &items[i]);
			continue;
		}
		if (vv_rules_left_out(f->rules, path)) {
			continue;
		}
		p.absent = vv_subject_file_len(path) == 0;
		if ((rc = vv_check_may_read(path, package, &why)) == VV_OK) {
			rc = check_one(f, &p);
		} else if (rc == VV_EREFUSED) {
			rc = report_file(f, path, "source-error", why.message, NULL);
		} else {
			*f->err = why;
		}
	}
	return rc;
}

/* Does the file begin as an object? A table in JSON begins with a bracket. */
static bool begins_object(const char *path)
{
	char head[256];
	vv_auto(vv_fd) fd = vv_open_regular(path, 0, VV_IGNORED);
	ssize_t n = fd >= 0 ? vv_read_full(fd, head, sizeof(head), path, VV_IGNORED) : 0;
	ssize_t i = n >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (i < n && (head[i] == ' ' || head[i] == '\t' || head[i] == '\n' || head[i] == '\r')) {
		i++;
	}
	return i < n && head[i] == '{';
}

/* The argument's text, where it is a package: *is. A package that is not valid JSON is one, by its
 * name. */
static vv_status read_package(const char *path, vv_buf *text, bool *is, vv_error *err)
{
	bool named = strcmp(vv_path_base(path), VV_PACKAGE_NAME) == 0;

	*is = false;
	if (!named && (strcmp(vv_path_ext(path), "json") != 0 || !begins_object(path))) {
		return VV_OK;
	}
	vv_status rc = vv_read_regular(text, path, PACKAGE_MAX, err);
	if (rc == VV_OK) {
		*is = named || vv_package_is_one(vv_buf_cstr(text), text->len);
	}
	/* data is not read as a whole */
	return !named && rc < 0 && rc != VV_ENOMEM ? VV_OK : rc;
}

static vv_status check_argument(files *f, char *arg)
{
	vv_check_path p = {.path = arg};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool package = false;
	vv_error why;
	vv_status rc = VV_OK;

	if (strcmp(arg, "-") == 0) {
		rc = keep_standard(f);
	} else if ((rc = vv_check_may_read(arg, NULL, &why)) == VV_EREFUSED) {
		return report_file(f, arg, "source-error", why.message,
				   vv_check_hint(f->run, &why));
	} else if (rc < 0) {
		*f->err = why;
		return rc;
	} else {
		rc = read_package(arg, &text, &package, f->err);
	}
	if (rc == VV_OK && package && (f->run->schema || f->run->written)) {
		rc = vv_fail(
			f->err, VV_EUSAGE,
			"%s and the data package %s cannot be used together\ndeclare schema and "
			"dialect in the package, for each resource; or name the data file instead",
			f->run->schema ? "--schema" : "a form of the files", vv_text_shows(arg));
	} else if (rc == VV_OK) {
		rc = package ? check_package(f, arg, &text) : check_one(f, &p);
	}
	return rc;
}

/* Rules of which none is for any of the files: a few may be for others, but not all. */
static vv_status check_patterns(files *f)
{
	static const vv_finding found = {
		.rule = "no-dataset",
		.message = "none of the tables that the rules name is among the checked files",
		.expected = "paths written as in the arguments, or names without a '/'"};
	vv_auto(vv_buf) where = VV_BUF_INIT;
	bool any = vv_rules_pattern(f->rules, 0, &where) != NULL;

	if (any && !f->matched) {
		return vv_check_about(f->run, f->rules, f->side,
				      f->run->rules_name ? f->run->rules_name : VV_RULES_NAME,
				      &found, 1, f->err);
	}
	return VV_OK;
}

vv_status vv_check_files(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			 int argc, char **argv, vv_error *err)
{
	files f = {.run = run, .rules = rules, .side = side, .err = err};
	vv_status rc = VV_OK;

	for (int i = 0; rc == VV_OK && i < argc; i++) {
		rc = check_argument(&f, argv[i]);
	}
	rc = rc < 0 ? rc : check_patterns(&f);
	if (f.spool) {
		vv_unlink(f.spool, true, NULL);
	}
	vv_free(f.spool);
	run->standard = NULL;
	return rc;
}
