"""The resource types that ministack's CloudFormation lacks, made of moto's SageMaker."""

import inspect
import json
import re
from copy import deepcopy

import controls
import moto_sagemaker
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners, stacks
from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.core.exceptions import ServiceException
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import sagemaker_backends

# The longest name that SageMaker gives models, configs and endpoints.
MAX_NAME = 63


def _backend():
    return sagemaker_backends[get_account_id()][get_region()]


def _scaling():
    return applicationautoscaling_backends[get_account_id()][get_region()]


def _pascal(name):
    return "".join(word.title() for word in name.split("_"))


def _snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _call(function, **arguments):
    """Calls moto with the arguments that it knows, the others of its arguments `None`."""
    names = inspect.signature(function).parameters
    return function(**{name: arguments.get(name) for name in names})


def _arguments(properties):
    return {_snake(name): value for name, value in properties.items()}


def _refuse(message):
    raise ValidationError(message)


def _schema(resource_type):
    """AWS's schema of the type, which says what replaces a resource."""
    return PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema


class Resource:
    """A resource type: create, update, delete, and how a failure reads."""

    type = ""
    # The property with the name, and moto's store of them by name.
    name = None
    store = None

    # What ministack calls.

    def create(self, logical_id, properties, stack):
        if extraneous := properties.keys() - _schema(self.type)["properties"].keys():
            raise ValueError(f"Properties validation failed: extraneous key {sorted(extraneous)}")
        rule = controls.take(get_account_id(), stack, self.type, "create")
        # A copy: ministack compares what it passes with what the next template says.
        return self._attempt(lambda: self.make(logical_id, deepcopy(properties), stack, rule))

    def update(self, physical_id, old, new, stack, logical_id):
        rule = controls.take(get_account_id(), stack, self.type, "update")
        self._attempt(lambda: self.change(physical_id, old, deepcopy(new), stack, rule))
        return physical_id, self.attributes(physical_id, new)

    def delete(self, physical_id, properties):
        self._attempt(lambda: self.remove(physical_id, properties))

    def _attempt(self, operation):
        try:
            return operation()
        except ServiceException as error:
            # CloudFormation's wording around a service's.
            raise ValueError(
                f'Resource handler returned message: "{error.message} (Service: SageMaker, Status '
                f'Code: 400, Request ID: {new_uuid()})" (RequestToken: {new_uuid()}, '
                "HandlerErrorCode: InvalidRequest)"
            ) from error

    # What a type does.

    def make(self, logical_id, properties, stack, rule):
        # ministack's own names repeat when a stack is made again, and a retained model is still there.
        suffix = new_uuid()[:13].upper()
        generated = f"{stack}-{logical_id}"[: MAX_NAME - 1 - len(suffix)] + "-" + suffix
        name = properties.setdefault(self.name, generated)
        store = getattr(_backend(), self.store)
        if name in store:
            _refuse(f"Cannot create already existing {self.noun()} \"{self.arn(store[name])}\".")
        rule.wait()
        if rule.effect == "fail":
            _refuse(rule.reason)
        made = self.build(properties, rule)
        for key, value in _arguments(properties).items():
            # moto drops the properties that it has no argument for.
            if getattr(made, key, None) is None:
                setattr(made, key, value)
        return self.arn(made), self.attributes(self.arn(made), properties)

    def build(self, properties, rule):
        raise NotImplementedError

    def change(self, physical_id, old, new, stack, rule):
        rule.wait()
        if rule.effect == "fail":
            _refuse(rule.reason)
        found = self.find(physical_id)
        for name in old.keys() | new.keys():
            if old.get(name) != new.get(name):
                setattr(found, _snake(name), new.get(name))

    def remove(self, physical_id, properties):
        store = getattr(_backend(), self.store)
        # Whoever deleted it before did what was asked.
        for key in [key for key, value in store.items() if self.arn(value) == physical_id]:
            del store[key]

    def find(self, physical_id):
        for value in getattr(_backend(), self.store).values():
            if self.arn(value) == physical_id:
                return value
        return _refuse(f'Could not find {self.noun()} "{physical_id}".')

    def arn(self, made):
        return made.arn

    def noun(self):
        return self.store.strip("_").rstrip("s").replace("_", " ")

    def attributes(self, physical_id, properties):
        """What `Fn::GetAtt` yields."""
        found = self.find(physical_id)
        name = getattr(found, _snake(self.name))
        return {self.name: name, self.type.split("::")[-1] + "Arn": physical_id}


class Model(Resource):
    type = "AWS::SageMaker::Model"
    name = "ModelName"
    store = "_models"

    def build(self, properties, rule):
        backend = _backend()
        containers = [properties.get("PrimaryContainer"), *(properties.get("Containers") or [])]
        for container in containers:
            if container and "ModelPackageName" in container:
                backend.describe_model_package(container["ModelPackageName"])
        made = _call(backend.create_model.__func__, self=backend, **_arguments(properties))
        made.enable_network_isolation = properties.get("EnableNetworkIsolation", False)
        return made


class EndpointConfig(Resource):
    type = "AWS::SageMaker::EndpointConfig"
    name = "EndpointConfigName"
    store = "endpoint_configs"

    def arn(self, made):
        return made.endpoint_config_arn

    def build(self, properties, rule):
        backend = _backend()
        shadows = properties.get("ShadowProductionVariants") or []
        for variant in [*properties["ProductionVariants"], *shadows]:
            variant.setdefault("InitialVariantWeight", 1.0)
        return _call(backend.create_endpoint_config.__func__, self=backend, **_arguments(properties))


class Endpoint(Resource):
    type = "AWS::SageMaker::Endpoint"
    name = "EndpointName"
    store = "endpoints"

    def make(self, logical_id, properties, stack, rule):
        # A failed endpoint exists until CloudFormation deletes it.
        return super().make(logical_id, properties, stack, _Later(rule))

    def build(self, properties, rule):
        backend = _backend()
        config = backend.describe_endpoint_config(properties["EndpointConfigName"])
        backend.validate_production_variants(config["ProductionVariants"])
        made = backend.create_endpoint(
            properties["EndpointName"], properties["EndpointConfigName"], properties.get("Tags", [])
        )
        made.endpoint_status = "Creating"
        rule.now.wait()
        if rule.now.effect == "fail":
            del backend.endpoints[properties["EndpointName"]]
            _refuse(rule.now.reason)
        if rule.now.effect != "stay-updating":
            made.endpoint_status = "InService"
        return made

    def change(self, physical_id, old, new, stack, rule):
        backend = _backend()
        endpoint = self.find(physical_id)
        endpoint.tags = new.get("Tags", [])
        if {**old, "Tags": None} == {**new, "Tags": None}:
            return
        moto_sagemaker.begin_update(backend, endpoint.endpoint_name, new["EndpointConfigName"])
        rule.wait()
        match rule.effect:
            case "fail":
                moto_sagemaker.settle(endpoint)
                _refuse(rule.reason)
            case "roll-back-silently":
                moto_sagemaker.settle(endpoint)
            case "stay-updating":
                pass
            case _:
                excluded = new.get("ExcludeRetainedVariantProperties") or []
                moto_sagemaker.end_update(
                    backend,
                    endpoint,
                    new.get("RetainAllVariantProperties", False),
                    {entry["VariantPropertyType"] for entry in excluded},
                    new.get("DeploymentConfig"),
                )

    def remove(self, physical_id, properties):
        for endpoint in _backend().endpoints.values():
            if endpoint.arn == physical_id and endpoint.endpoint_status in moto_sagemaker.IN_PROGRESS:
                _refuse(f'Cannot update in-progress endpoint "{physical_id}".')
        super().remove(physical_id, properties)


class _Later:
    """A rule that the type itself obeys."""

    effect = "proceed"

    def __init__(self, rule):
        self.now = rule

    def wait(self):
        pass


class InferenceComponent(Resource):
    type = "AWS::SageMaker::InferenceComponent"
    name = "InferenceComponentName"
    store = "inference_components"

    def build(self, properties, rule):
        self._fits(properties)
        return moto_sagemaker.InferenceComponent(_backend(), properties)

    def change(self, physical_id, old, new, stack, rule):
        self._fits(new)
        component = self.find(physical_id)
        for name in ("EndpointName", "VariantName", "InferenceComponentName"):
            if old.get(name) != new.get(name):
                # UpdateInferenceComponent has no such argument.
                _refuse(f"{name} of an inference component cannot be changed")
        super().change(physical_id, old, new, stack, rule)
        component.describe_from(new)

    @staticmethod
    def _fits(properties):
        backend = _backend()
        endpoint = backend.endpoints.get(properties["EndpointName"])
        if endpoint is None:
            _refuse(f"Could not find endpoint \"{properties['EndpointName']}\".")
        config = backend.describe_endpoint_config(endpoint.endpoint_config_name)
        if any("ModelName" in variant for variant in config["ProductionVariants"]):
            _refuse("Inference Components are not supported in this Endpoint.")
        specification = properties["Specification"]
        if base := specification.get("BaseInferenceComponentName"):
            if base not in backend.inference_components:
                _refuse(f"Could not find inference component \"{base}\".")
        elif (model := specification.get("ModelName")) and model not in backend._models:
            _refuse(f"Could not find model \"{model}\".")


class CompositeAlarm(Resource):
    """ministack's CloudWatch has composite alarms, and its CloudFormation has not."""

    type = "AWS::CloudWatch::CompositeAlarm"

    def make(self, logical_id, properties, stack, rule):
        rule.wait()
        if rule.effect == "fail":
            raise ValueError(rule.reason)
        suffix = new_uuid()[:13].upper()
        name = properties.setdefault("AlarmName", f"{stack}-{logical_id}-{suffix}")
        return self._put(properties), {"Arn": self._arn(name)}

    def change(self, physical_id, old, new, stack, rule):
        rule.wait()
        if rule.effect == "fail":
            raise ValueError(rule.reason)
        self._put({**new, "AlarmName": physical_id})

    def remove(self, physical_id, properties):
        self._check(cloudwatch._delete_alarms({}, {"AlarmNames": [physical_id]}, False, True))

    def attributes(self, physical_id, properties):
        return {"Arn": self._arn(physical_id)}

    def _put(self, properties):
        self._check(cloudwatch._put_composite_alarm({}, properties, False, True))
        return properties["AlarmName"]

    @staticmethod
    def _arn(name):
        return f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{name}"

    @staticmethod
    def _check(answer):
        status, _, body = answer
        if status >= 400:
            message = json.loads(body)
            raise ValueError(message.get("message") or message.get("Message"))


class ModelPackageGroup(Resource):
    type = "AWS::SageMaker::ModelPackageGroup"
    name = "ModelPackageGroupName"
    store = "model_package_groups"

    def build(self, properties, rule):
        backend = _backend()
        _call(backend.create_model_package_group.__func__, self=backend, **_arguments(properties))
        return backend.model_package_groups[properties["ModelPackageGroupName"]]

    def remove(self, physical_id, properties):
        for package in _backend().model_packages.values():
            if package.model_package_group_name == properties["ModelPackageGroupName"]:
                _refuse("Model Package Group cannot be deleted: it still contains Model Packages")
        super().remove(physical_id, properties)


class ModelPackage(Resource):
    type = "AWS::SageMaker::ModelPackage"
    store = "model_packages"

    def make(self, logical_id, properties, stack, rule):
        rule.wait()
        if rule.effect == "fail":
            _refuse(rule.reason)
        backend = _backend()
        group = properties.get("ModelPackageGroupName")
        if group and group.startswith("arn:"):
            properties["ModelPackageGroupName"] = backend._get_resource_from_arn(
                group
            ).model_package_group_name
        arn = _call(backend.create_model_package.__func__, self=backend, **_arguments(properties))
        return arn, self.attributes(arn, properties)

    def attributes(self, physical_id, properties):
        return {
            "ModelPackageArn": physical_id,
            "ModelPackageStatus": self.find(physical_id).model_package_status,
        }


class ScalableTarget(Resource):
    type = "AWS::ApplicationAutoScaling::ScalableTarget"

    def make(self, logical_id, properties, stack, rule):
        rule.wait()
        if rule.effect == "fail":
            _refuse(rule.reason)
        return self._register(properties)

    def _register(self, properties):
        kind, endpoint, *_ = properties["ResourceId"].split("/")
        if kind == "endpoint":
            # moto registers targets on nothing.
            _backend().describe_endpoint(endpoint)
        elif kind == "inference-component" and endpoint not in _backend().inference_components:
            _refuse(f"Could not find inference component \"{endpoint}\".")
        _scaling().register_scalable_target(
            properties["ServiceNamespace"],
            properties["ResourceId"],
            properties["ScalableDimension"],
            int(properties["MinCapacity"]),
            int(properties["MaxCapacity"]),
            properties.get("RoleARN", ""),
            properties.get("SuspendedState"),
        )
        keys = ("ResourceId", "ScalableDimension", "ServiceNamespace")
        physical_id = "|".join(properties[key] for key in keys)
        return physical_id, self.attributes(physical_id, properties)

    def change(self, physical_id, old, new, stack, rule):
        self.make("", new, stack, rule)

    def remove(self, physical_id, properties):
        resource, dimension, namespace = physical_id.split("|")
        if _scaling()._scalable_target_exists(resource, dimension):
            _scaling().deregister_scalable_target(namespace, resource, dimension)

    def attributes(self, physical_id, properties):
        return {"Id": physical_id}


class ScalingPolicy(Resource):
    type = "AWS::ApplicationAutoScaling::ScalingPolicy"

    def make(self, logical_id, properties, stack, rule):
        rule.wait()
        if rule.effect == "fail":
            _refuse(rule.reason)
        resource, dimension, namespace = self._target(properties)
        if not _scaling()._scalable_target_exists(resource, dimension):
            _refuse(f"No scalable target registered for {namespace}, {resource}, {dimension}")
        kind = properties["PolicyType"]
        made = _scaling().put_scaling_policy(
            properties["PolicyName"],
            namespace,
            resource,
            dimension,
            properties[f"{kind}PolicyConfiguration"],
            kind,
        )
        return made.policy_arn, self.attributes(made.policy_arn, properties)

    @staticmethod
    def _target(properties):
        if "ScalingTargetId" in properties:
            return properties["ScalingTargetId"].split("|")
        keys = ("ResourceId", "ScalableDimension", "ServiceNamespace")
        return [properties[key] for key in keys]

    def change(self, physical_id, old, new, stack, rule):
        made, _ = self.make("", new, stack, rule)
        for policy in _scaling().policies.values():
            if policy.policy_arn == made:
                policy.policy_arn = physical_id

    def remove(self, physical_id, properties):
        policies = _scaling().policies
        for key in [key for key, value in policies.items() if value.policy_arn == physical_id]:
            del policies[key]

    def attributes(self, physical_id, properties):
        return {"Arn": physical_id, "PolicyName": properties["PolicyName"]}


TYPES = (
    Model,
    EndpointConfig,
    Endpoint,
    InferenceComponent,
    CompositeAlarm,
    ModelPackageGroup,
    ModelPackage,
    ScalableTarget,
    ScalingPolicy,
)


def install():
    """Adds the types to ministack's private tables."""
    for kind in TYPES:
        resource = kind()
        provisioners._RESOURCE_HANDLERS[kind.type] = {
            "create": resource.create,
            "update": resource.update,
            "update_with_logical_id": True,
            "delete": resource.delete,
        }
        fixed = _schema(kind.type).get("createOnlyProperties", [])
        create_only = {path.split("/")[2] for path in fixed}
        provisioners._REPLACING_PROPERTIES[kind.type] = tuple(create_only)
        if kind.type.startswith("AWS::SageMaker::"):
            provisioners._STACK_TAG_PROPERTY[kind.type] = ("Tags", "list")
        if kind.name:
            # CloudFormation does not replace what has a name of its own.
            provisioners._CUSTOM_NAME_REPLACEMENT[kind.type] = {"name": kind.name}

    # A rule may keep an operation waiting, so that its stack is seen in progress meanwhile.
    elsewhere = stacks._runs_on_worker_thread
    types = {kind.type for kind in TYPES}
    stacks._runs_on_worker_thread = lambda name: name in types or elsewhere(name)
