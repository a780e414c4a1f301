{{/* Names and parts that several kinds share. A part that is about one service gets
     (dict "root" $ "name" "onboard"). */}}

{{- define "entente.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "entente.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "entente.labels" -}}
{{ include "entente.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "entente.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "entente.redisHost" -}}
{{- if .Values.redis.embedded.enabled -}}
{{ include "entente.fullname" . }}-redis:6379
{{- else -}}
{{ .Values.redis.external.address }}
{{- end -}}
{{- end -}}

{{- define "entente.redisAddress" -}}
{{- $tls := and (not .Values.redis.embedded.enabled) .Values.redis.external.tls -}}
{{ ternary "tls" "tcp" $tls }}:{{ include "entente.redisHost" . }}
{{- end -}}

{{- define "entente.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .Values.podSecurity.userId }}
runAsGroup: {{ .Values.podSecurity.groupId }}
fsGroup: {{ .Values.podSecurity.groupId }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "entente.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "entente.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* A setting's environment variable: redis-address is ENTENTE_REDIS_ADDRESS. */}}
{{- define "entente.variable" -}}
ENTENTE_{{ . | upper | replace "-" "_" }}
{{- end -}}
