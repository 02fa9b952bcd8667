/*
 * settings: lists varve's own settings in Git's configuration: their names, values, defaults and
 * one-line descriptions.
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

/* The kind of a setting's value. */
typedef enum vv_setting_kind {
	VV_SETTING_BOOL,   /* true, no, 1, ..., as in Git */
	VV_SETTING_NUMBER, /* an integer, not negative; may end in k, m or g */
	VV_SETTING_WORD,   /* one of several words */
	VV_SETTING_TEXT    /* any text */
} vv_setting_kind;

/* A setting; all texts are constants. */
typedef struct vv_setting {
	/* such as "varve.keepFree" or "remote.NAME.varveKind"; compared without regard to case */
	const char *name;
	vv_setting_kind kind;
	const char *fallback; /* default, as text; NULL: the setting has no default */
	const char *choices;  /* VV_SETTING_WORD: the valid words, such as "git|peer"; else NULL */
	const char *help;     /* description: one line, without a full stop */
} vv_setting;

/* All settings. */
extern const vv_setting vv_settings[];
/* Number of elements of vv_settings. */
extern const size_t vv_setting_count;

/* Returns the setting `name`, such as "varve.keepFree" or "remote.origin.varveKind"; NULL if it
 * does not exist. */
const vv_setting *vv_setting_find(const char *name);

/* Returns true if `name` has the form "varve.x" or "remote.NAME.varveX", even if no such setting
 * exists. */
bool vv_setting_is_ours(const char *name);
/* Returns VV_OK if the setting `name` exists; vv_setting_is_ours must return true for name.
 * VV_EUSAGE: the setting does not exist; err suggests a similar name. */
vv_status vv_setting_must_exist(const char *name, vv_error *err);
/* Returns VV_OK if `value` is a valid value of the setting `name`, which must exist. VV_EUSAGE: the
 * value is invalid; err lists the valid values. */
vv_status vv_setting_check(const char *name, const char *value, vv_error *err);

#endif
