/*
 * settings: varve's own settings in Git's configuration: their names, values, defaults and one-line
 * descriptions.
 *
 * Code reads settings with vv_config_u64 and similar functions. varve config and varve doctor use
 * this list of valid names and values. A test compares these names with the names that the sources
 * read.
 */
#ifndef VV_LIB_STATUS_SETTINGS_H
#define VV_LIB_STATUS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

typedef enum vv_setting_kind {
	VV_SETTING_BOOL,   /* as Git reads it: true, no, 1, ... */
	VV_SETTING_NUMBER, /* not negative; may end in k, m or g */
	VV_SETTING_WORD,   /* one of several words */
	VV_SETTING_TEXT
} vv_setting_kind;

typedef struct vv_setting {
	const char *name; /* such as "varve.keepFree"; case does not matter */
	vv_setting_kind kind;
	const char *fallback; /* default, as text; NULL: the setting has no default */
	const char *choices;  /* VV_SETTING_WORD: the valid words, such as "git|peer" */
	const char *help;     /* description: one line, without a full stop */
} vv_setting;

extern const vv_setting vv_settings[];
extern const size_t vv_setting_count;

/* Returns the setting with a name, such as "varve.keepFree" or "remote.NAME.varveKind", or NULL. */
const vv_setting *vv_setting_find(const char *name);

/* Returns true for names of the forms "varve.x" and "remote.NAME.varveX", whether the setting
 * exists or not. */
bool vv_setting_is_ours(const char *name);
/* Checks that a setting exists. name: one for which vv_setting_is_ours is true. VV_EUSAGE: the
 * setting does not exist; err suggests a similar name. */
vv_status vv_setting_must_exist(const char *name, vv_error *err);
/* Checks the value of an existing setting. VV_EUSAGE: the value is invalid; err lists the valid
 * values. */
vv_status vv_setting_check(const char *name, const char *value, vv_error *err);

#endif
