/*
 * drivers: git's settings for varve's drivers.
 */
#include "repo/git/drivers.h"

#include <string.h>

#include "base/text.h"

/* Every setting: key, and its value with %s for the program. */
typedef struct driver {
	const char *key, *value;
} driver;

static const driver drivers[] = {
	{"filter.varve.process", "%s filter-process"},
	{"filter.varve.clean", "%s filter clean -- %%f"},
	{"filter.varve.smudge", "%s filter smudge -- %%f"},
	{"filter.varve.required", "true"},
	{"merge.varve.name", "varve tables, merged by cell"},
	{"merge.varve.driver", "%s merge-file -- %%O %%A %%B %%P"},
	{"merge.varve.recursive", "varve-base"},
	{"merge.varve-base.name", "varve tables, where several bases are merged"},
	{"merge.varve-base.driver", "%s merge-file --base -- %%O %%A %%B %%P"},
	{"merge." VV_ATTR_MERGE_DRIVER ".name", "lines of .gitattributes, in order"},
	{"merge." VV_ATTR_MERGE_DRIVER ".driver", "%s merge-file -- %%O %%A %%B %%P"},
	/* git diff calls the command; git log and git show the conversion, unless --ext-diff. */
	{"diff.varve.command", "%s diff-file --"},
	{"diff.varve.textconv", "%s textconv --"},
	{"difftool.varve.cmd", "%s diff-tool -- \"$LOCAL\" \"$REMOTE\" \"$MERGED\""},
};

/* A word for sh, as git will split the settings. */
static void put_word(vv_buf *b, const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+:@-";
	if (*word && word[strspn(word, plain)] == '\0') {
		vv_buf_puts(b, word);
	} else {
		vv_text_put_quoted(b, word, strlen(word));
	}
}

void vv_lfs_merge_setting(vv_buf *b)
{
	vv_buf_printf(b, VV_LFS_MERGE_DRIVER "=%s merge-file --pointers -- %%O %%A %%B %%P",
		      "varve");
}

const size_t vv_drivers_count = sizeof(drivers) / sizeof(drivers[0]);

const char *vv_driver_key(size_t i)
{
	return drivers[i].key;
}

void vv_driver_value(vv_buf *b, size_t i, const char *program)
{
	for (const char *p = drivers[i].value; *p; p++) {
		if (p[0] == '%' && p[1] == 's') {
			put_word(b, program);
			p++;
		} else if (p[0] == '%' && p[1] == '%') {
			vv_buf_putc(b, '%');
			p++;
		} else {
			vv_buf_putc(b, *p);
		}
	}
}
