/*
 * auto: variables that the compiler releases at the end of their block (attribute cleanup of gcc and clang).
 *
 * A header declares it beside the function that releases, which must accept an empty value:
 *
 *	void vv_table_close(vv_table *t); // accepts NULL
 *	VV_AUTO_FREE(vv_table, vv_table_close)
 *	void vv_list_clear(vv_list *l); // accepts an empty one, and one that was cleared
 *	VV_AUTO_CLEAR(vv_list, vv_list_clear)
 *
 * A correct user sets each where it is declared, returns where it likes, and takes what it hands out:
 *
 *	vv_auto(vv_list) names = {0};
 *	vv_auto(vv_table) *t = NULL;
 *	vv_status rc;
 *
 *	if ((rc = read_names(&names, path, err)) < 0 || (rc = vv_table_open(&t, &names, err)) < 0) {
 *		return rc;
 *	}
 *	*out = vv_take(&t);
 *	return VV_OK;
 *
 * They are released in the reverse order of their declarations, after the return value is computed. Declare a borrower
 * after its owner, and a lock before everything that must be released while it is held. No goto or case may jump over
 * a declaration. Close explicitly whatever can fail to close, such as a written file, and check the result.
 */
#ifndef VV_BASE_AUTO_H
#define VV_BASE_AUTO_H

#include <stddef.h>

/* After a parameter that a callback has and one function does not need. */
#define VV_UNUSED __attribute__((unused))

#define vv_auto(type) __attribute__((cleanup(type##_auto))) type

/* For values, which a function clears. */
#define VV_AUTO_CLEAR(type, clear)                                                                 \
	static inline void type##_auto(type *vv_auto_value)                                        \
	{                                                                                          \
		clear(vv_auto_value);                                                              \
	}

/* For pointers, which a function frees or closes. */
#define VV_AUTO_FREE(type, free)                                                                   \
	static inline void type##_auto(type **vv_auto_pointer)                                     \
	{                                                                                          \
		free(*vv_auto_pointer);                                                            \
	}

/* The pointer, which is the caller's now: *p is NULL. */
#define vv_take(p)                                                                                 \
	__extension__({                                                                            \
		__typeof__(p) vv_taken_from = (p);                                                 \
		__typeof__(*vv_taken_from) vv_taken = *vv_taken_from;                              \
		*vv_taken_from = NULL;                                                             \
		vv_taken;                                                                          \
	})

/* The same into *out, at the end of a function: return vv_hand_over(out, &made); is VV_OK. */
#define vv_hand_over(out, p) (*(out) = vv_take(p), VV_OK)

#endif
