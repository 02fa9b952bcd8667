/*
 * ref_name: the rules of git check-ref-format(1), and names that commands have taken.
 */
#include "repo/git/ref_name.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define NAME_BYTES_MAX 512u

/* git-check-ref-format(1), without libgit2: there may be no repository yet. */
static bool parts_are_fit(const char *name)
{
	while (*name) {
		size_t len = strcspn(name, "/");

		if (len == 0 || name[0] == '.' ||
		    (len >= 5 && memcmp(name + len - 5, ".lock", 5) == 0)) {
			return false;
		}
		name += len;
		if (*name == '/' && *++name == '\0') return false;
	}
	return true;
}

vv_status vv_ref_name_check(const char *name, vv_error *err)
{
	static const char odd[] = " ~^:?*[\\";
	const char *bad = NULL;
	size_t len = strlen(name);

	for (const char *p = name; *p && !bad; p++) {
		if ((unsigned char)*p < 32 || *p == 127) {
			bad = "it has a control character";
		} else if (strchr(odd, *p)) {
			bad = "it cannot contain space, ~ ^ : ? * [ or \\";
		}
	}
	if (len == 0) {
		bad = "it is empty";
	} else if (*name == '-') {
		bad = "it begins with '-'";
	} else if (strstr(name, "..") || strstr(name, "@{") || strstr(name, "//")) {
		bad = "it contains '..', '//' or '@{'";
	} else if (strcmp(name, "HEAD") == 0 || strcmp(name, "@") == 0) {
		bad = "Git reserves this name";
	} else if (len > NAME_BYTES_MAX) {
		bad = "it is too long";
	} else if (!bad && (name[len - 1] == '.' || !parts_are_fit(name))) {
		bad = "no part may be empty, begin with '.' or end with '.lock', and the name may not end with '.'";
	}
	return bad ? vv_fail(err, VV_EUSAGE, "'%s' is not a valid name: %s", vv_text_shows(name),
			     bad)
		   : VV_OK;
}
