/*
 * reach: where a path really leads, and which folder it must not leave.
 */
#include "lib/check/reach.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

/* Text allocated by libc. */
typedef char libc_text;
VV_AUTO_FREE(libc_text, free)

/* Where the path leads. NULL with VV_OK: nowhere. */
static vv_status find_real(char **out, const char *path, vv_error *err)
{
	/* most folders have no package: one look is less than one at each folder above */
	vv_auto(libc_text) *real = vv_exists(path) ? realpath(path, NULL) : NULL;

	*out = real ? vv_strdup(real) : NULL;
	return real && !*out ? vv_fail_nomem(err) : VV_OK;
}

/* The folder with .git that an absolute path names a file in, whatever its links. NULL: none. */
static char *find_top(const char *absolute)
{
	vv_auto(char) *at = vv_path_dir(absolute);

	while (at && at[0] != '\0' && at[1] != '\0') {
		vv_auto(char) *git = vv_path_join(at, ".git", NULL);

		if (vv_exists(git)) return vv_take(&at);
		char *slash = strrchr(at, '/'); /* it is absolute and clean */
		if (!slash) return NULL;        /* "C:" */
		*slash = '\0';
	}
	return NULL;
}

/* The folder that the file must be in, without links; NULL with VV_OK: any. */
static vv_status find_base(char **out, const char *file, const char *package, vv_error *err)
{
	vv_auto(libc_text) *cwd = realpath(".", NULL);
	vv_auto(char) *absolute = cwd ? vv_path_absolute(cwd, package ? package : file) : NULL;

	*out = NULL;
	if (!absolute) return vv_fail_nomem(err);
	vv_auto(char) *base = package ? vv_path_dir(absolute) : find_top(absolute);
	return base ? find_real(out, base, err) : VV_OK;
}

static bool has_dot_git(const char *path)
{
	for (const char *p = path; *p;) {
		size_t len = strcspn(p, "/");

		if (vv_path_is_dot_git(p, len)) return true;
		p += len + (p[len] == '/');
	}
	return false;
}

static bool is_of_system(const char *real)
{
	static const char *const folders[] = {"/proc", "/sys", "/dev"};

	vv_array_each(folders, sizeof(folders) / sizeof(folders[0]), folder) {
		if (vv_path_below(*folder, real)) {
			return !vv_path_below("/dev/shm", real); /* a folder of files in memory */
		}
	}
	return false;
}

vv_status vv_check_may_read(const char *file, const char *package, vv_error *err)
{
	vv_auto(char) *real = NULL, *base = NULL;
	vv_status rc;

	if ((rc = find_real(&real, file, err)) < 0 || !real ||
	    (rc = find_base(&base, file, package, err)) < 0) {
		return rc;
	}
	const char *below = base ? vv_path_below(base, real) : real;
	if (!below) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' was not read, as it leads out of %s, to %s\nto check that "
			       "file, name it by its own path",
			       vv_text_shows(file), vv_text_shows(base), vv_text_shows(real));
	}
	return has_dot_git(below) || is_of_system(real)
		       ? vv_fail(err, VV_EREFUSED, "'%s' is %s, not data: it was not read",
				 vv_text_shows(file), vv_text_shows(real))
		       : VV_OK;
}
