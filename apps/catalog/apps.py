from django.apps import AppConfig

OF_BUSINESS = "{row}.business_id"
OF_SERVICE = "(SELECT business_id FROM catalog_service WHERE id = {row}.service_id)"
OF_FORM = "(SELECT business_id FROM catalog_bookingform WHERE id = {row}.form_id)"
OF_GROUP = """(
    SELECT service.business_id FROM catalog_addongroup AS its JOIN catalog_service AS service
    ON service.id = its.service_id WHERE its.id = {row}.group_id
)"""
OF_NEED = """(
    SELECT service.business_id FROM catalog_servicerequirement AS its JOIN catalog_service AS
    service ON service.id = its.service_id WHERE its.id = {row}.servicerequirement_id
)"""
OF_PLAN = "(SELECT business_id FROM catalog_pricingplan WHERE id = {row}.pricingplan_id)"
SETUP = {
    "businesses_location": OF_BUSINESS,
    "catalog_category": OF_BUSINESS,
    "catalog_pricingplan": OF_BUSINESS,
    "catalog_pricingplan_services": OF_PLAN,
    "catalog_service": OF_BUSINESS,
    "catalog_bookingpolicy": OF_BUSINESS,
    "catalog_bookingform": OF_BUSINESS,
    "catalog_question": OF_FORM,
    "catalog_resourcetype": OF_BUSINESS,
    "catalog_resource": OF_BUSINESS,
    "catalog_staffmember": OF_BUSINESS,
    "catalog_variant": OF_SERVICE,
    "catalog_addongroup": OF_SERVICE,
    "catalog_addon": OF_GROUP,
    "catalog_service_locations": OF_SERVICE,
    "catalog_servicerequirement": OF_SERVICE,
    "catalog_servicerequirement_eligible": OF_NEED,
}
"""Whose rows belong to the setup that is remembered (ADR 13)."""


class CatalogConfig(AppConfig):
    name = "apps.catalog"
    verbose_name = "Catalog"

    def ready(self) -> None:
        """Watch what is offered."""
        from apps.businesses.setup_triggers import watch_setup

        watch_setup(SETUP)
