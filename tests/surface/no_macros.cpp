// Nothing but the import: no macro of a header that an interface includes may
// come with it.
import vmnet;

#if defined(UINT64_MAX) || defined(INT_MAX) || defined(EOF) || defined(stderr) ||     \
    defined(EXIT_SUCCESS) || defined(NULL) || defined(offsetof) || defined(assert) || \
    defined(INFINITY) || defined(VMNET_VERSION)
#error "a macro came with the import"
#endif
