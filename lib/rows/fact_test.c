/*
 * fact_test: what bounds rule out: never a value that could be spelled in a way that they do not
 * order as the test does.
 */
#include "lib/rows/fact_test.h"

#include <string.h>

#include "base/array.h"

void vv_fact_test_init(vv_fact_test *t, vv_fact_op op, const char *text, size_t len)
{
	*t = (vv_fact_test){.op = op, .text = text, .len = len};
	t->is_number = vv_fact_number_read(&t->number, text, len);
}

static int low_order(const vv_fact *f, const char *s, size_t len)
{
	return vv_fact_text_order(f->low.bytes, f->low.len, s, len);
}

/* As low_order of the upper bound; where there is none it is above all. */
static int high_order(const vv_fact *f, const char *s, size_t len)
{
	return f->open ? 1 : vv_fact_text_order(f->high.bytes, f->high.len, s, len);
}

static bool number_may(const vv_fact_test *t, const vv_fact *f)
{
	if (!t->is_number) return true;
	int least = vv_fact_number_order(&f->least, &t->number);
	int greatest = vv_fact_number_order(&f->greatest, &t->number);
	switch (t->op) {
	case VV_FACT_BELOW:
		return least < 0;
	case VV_FACT_UP_TO:
		return least <= 0;
	case VV_FACT_ABOVE:
		return greatest > 0;
	case VV_FACT_FROM:
		return greatest >= 0;
	default:
		return least <= 0 && greatest >= 0;
	}
}

static bool bytes_may(const vv_fact_test *t, const vv_fact *f)
{
	int low = low_order(f, t->text, t->len), high = high_order(f, t->text, t->len);

	switch (t->op) {
	case VV_FACT_BELOW:
		return low < 0;
	case VV_FACT_UP_TO:
		return low <= 0;
	case VV_FACT_ABOVE:
		return high > 0;
	case VV_FACT_FROM:
		return high >= 0;
	default:
		return low <= 0 && high >= 0;
	}
}

/* Texts of the type begin with a date, but years of more digits, or below 0, are elsewhere. */
static bool days_may(const vv_fact_test *t, const vv_fact *f)
{
	bool same_year = !f->open && f->low.len >= 5 && f->high.len >= 5 &&
			 memcmp(f->low.bytes, f->high.bytes, 5) == 0;

	if (f->low.bytes[0] < '0' && f->low.bytes[0] > 0) return true;
	if (t->op == VV_FACT_BELOW || t->op == VV_FACT_UP_TO) {
		size_t n = f->low.len < VV_FACT_DATE ? f->low.len : VV_FACT_DATE;

		return memcmp(f->low.bytes, t->day[1], n) <= 0;
	}
	return (!same_year && (f->low.bytes[0] & 0x80) == 0 && f->low.bytes[0] <= '9') ||
	       high_order(f, t->day[0], VV_FACT_DATE) >= 0;
}

static bool is_between(const vv_fact *f, const char *word)
{
	return low_order(f, word, strlen(word)) <= 0 && high_order(f, word, strlen(word)) >= 0;
}

/* Digits, signs, points and blanks come before all letters; INF and NaN do not. */
static bool spelled_may(const vv_fact_test *t, const vv_fact *f)
{
	bool odd = t->op == VV_FACT_ABOVE || t->op == VV_FACT_FROM || t->op == VV_FACT_IS;

	return (uint8_t)f->low.bytes[0] <= '9' ||
	       (odd && (is_between(f, "INF") || is_between(f, "NaN")));
}

static bool begins_with(const vv_fact_test *t, const char *s, size_t len)
{
	return len >= t->len && memcmp(s, t->text, t->len) == 0;
}

static bool prefix_may(const vv_fact_test *t, const vv_fact *f)
{
	const size_t plain = vv_find_place(i, t->len, !memchr("-.0123456789", t->text[i], 12));

	if (f->numbers && plain == t->len) return true;
	return f->texts && high_order(f, t->text, t->len) >= 0 &&
	       (low_order(f, t->text, t->len) <= 0 || begins_with(t, f->low.bytes, f->low.len));
}

static bool text_may(const vv_fact_test *t, const vv_fact *f)
{
	switch (t->texts) {
	case VV_FACT_BYTES:
		return bytes_may(t, f);
	case VV_FACT_DAYS:
		return days_may(t, f);
	case VV_FACT_SPELLED:
		return spelled_may(t, f);
	default:
		return true;
	}
}

bool vv_fact_test_may(const vv_fact_test *t, const vv_fact *f)
{
	if (t->len == 0) return t->op != VV_FACT_IS || f->missing != VV_MISSING_NONE;
	if (t->empty_counts && f->missing != VV_MISSING_NONE) return true;
	if (f->missing == VV_MISSING_ALL) return false;
	if (f->unknown) return true;
	if (t->op == VV_FACT_BEGINS) return prefix_may(t, f);
	if (f->numbers && t->numbers != VV_FACT_NEVER) {
		bool by_text = t->numbers == VV_FACT_BY_TEXT;

		if (by_text && t->op != VV_FACT_IS) return true;
		if ((t->is_number || !by_text) && number_may(t, f)) return true;
	}
	if (t->op == VV_FACT_IS && t->is_number && t->numbers == VV_FACT_BY_TEXT) {
		return false; /* the same text would be a number, too */
	}
	return f->texts && text_may(t, f);
}
