/*
 * locale: of numbers there is only the locale C, which programs start with.
 */
#ifndef VV_BASE_WINDOWS_LOCALE_H
#define VV_BASE_WINDOWS_LOCALE_H

#include_next <locale.h>
#include <stddef.h>

typedef struct vv_windows_locale *locale_t;
#define LC_ALL_MASK 1

static inline locale_t newlocale(int mask, const char *name, locale_t base)
{
	(void)mask;
	(void)name;
	return base;
}

static inline locale_t uselocale(locale_t locale)
{
	return locale;
}

static inline void freelocale(locale_t locale)
{
	(void)locale;
}

#endif
